# One pillar: its rules and handlers as a library (which tests link), and the program around it.
#   entente_service(onboard)   takes every .c beside it; main.c is the program's alone
function(entente_service name)
  file(GLOB sources CONFIGURE_DEPENDS *.c)
  list(FILTER sources EXCLUDE REGEX "/main\\.c$")
  add_library(entente_${name}_part STATIC ${sources})
  target_include_directories(entente_${name}_part PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(entente_${name}_part PUBLIC entente_process entente_feed entente_rpc entente_store
                        entente_message entente_base)
  entente_warnings(entente_${name}_part)
  add_executable(entente-${name} main.c)
  target_link_libraries(entente-${name} PRIVATE entente_${name}_part entente_allocator)
  entente_warnings(entente-${name})
endfunction()
