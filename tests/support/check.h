/* cmocka with what it needs in front. */
#ifndef ENTENTE_TEST_CHECK_H
#define ENTENTE_TEST_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
