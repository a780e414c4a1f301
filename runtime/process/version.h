/* The version of the suite; the same as in CMakeLists.txt (tests/tidy compares them). */
#ifndef ENTENTE_PROCESS_VERSION_H
#define ENTENTE_PROCESS_VERSION_H

#define ENTENTE_VERSION "0.1.0"

#endif
