/* The services of this pillar and their handlers. */
#ifndef ENTENTE_ENABLE_SERVICE_H
#define ENTENTE_ENABLE_SERVICE_H

#include "runtime/rpc/call.h"

/* NULL-terminated: the nouns', the feed's and the ledger's. */
extern const struct service *const enable_services[];

/* course_rpc.c */
unary_fn course_get, course_list, course_create, course_update, course_publish, course_revise, course_retire;
/* roster_member_rpc.c */
unary_fn roster_member_get, roster_member_list, roster_member_create, roster_member_update,
    roster_member_release;
/* enrolment_rpc.c */
unary_fn enrolment_get, enrolment_list, enrolment_create, enrolment_record_statement, enrolment_waive;
/* credential_rpc.c */
unary_fn credential_get, credential_list, credential_issue, credential_suspend, credential_reinstate,
    credential_revoke;
/* coverage_rpc.c */
unary_fn coverage_get;

#endif
