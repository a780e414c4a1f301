/* Handlers of entente.gateway.v1.PerformanceService. call_context() is a struct composer. */
#ifndef ENTENTE_COMPOSE_PERFORMANCE_RPC_H
#define ENTENTE_COMPOSE_PERFORMANCE_RPC_H

#include "runtime/rpc/call.h"

extern const struct service performance_service;

#endif
