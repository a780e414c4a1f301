# Client packages of the contracts, in clients/ of the build folder: `make clients`. The C library is built with all the
# rest, so that it always compiles; the others are made when asked for.
set(ENTENTE_CLIENTS_OUT ${CMAKE_BINARY_DIR}/clients)
set(CMAKE_INSTALL_MESSAGE NEVER)

function(entente_clients target)
  set(here ${CMAKE_SOURCE_DIR}/proto/clients)
  set(stubs ${CMAKE_BINARY_DIR}/client-stubs)
  file(GLOB_RECURSE services CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/proto
       ${CMAKE_SOURCE_DIR}/proto/entente/*_service.proto)
  list(TRANSFORM services REPLACE "\\.proto$" ".client.h" OUTPUT_VARIABLE headers)
  list(TRANSFORM headers PREPEND ${stubs}/)
  add_custom_command(
    OUTPUT ${stubs}/stubs.c ${headers}
    COMMAND ${CMAKE_COMMAND} -E env PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 ${here}/c/stubs.py
            ${ENTENTE_REFERENCE_OUT}/reference.binpb ${stubs}
    DEPENDS ${ENTENTE_REFERENCE_OUT}/reference.binpb ${here}/c/stubs.py
            ${CMAKE_SOURCE_DIR}/proto/reference/contracts.py
    COMMENT "Generating the C client" VERBATIM)
  # The messages are the programs' own; beside them nothing of the suite is in the library.
  get_target_property(messages entente_contract SOURCES)
  list(FILTER messages INCLUDE REGEX "\\.pb-c\\.c$")
  list(FILTER messages EXCLUDE REGEX "/grpc/")
  add_library(entente_client STATIC ${here}/c/entente.c ${stubs}/stubs.c ${messages})
  add_dependencies(entente_client entente_contract)
  set_target_properties(entente_client PROPERTIES OUTPUT_NAME entente)
  target_include_directories(entente_client PUBLIC ${here}/c ${stubs})
  target_include_directories(entente_client SYSTEM PUBLIC ${ENTENTE_PROTO_OUT})
  target_link_libraries(entente_client PUBLIC PkgConfig::PROTOBUF_C PkgConfig::GRPC)
  set_source_files_properties(${here}/c/entente.c PROPERTIES COMPILE_OPTIONS
    "-Wall;-Wextra;-Werror;-Wshadow;-Wstrict-prototypes;-Wmissing-prototypes;-Wpointer-arith;-Wwrite-strings;-Wvla;-Wformat=2;-Wno-missing-field-initializers")

  set(c ${ENTENTE_CLIENTS_OUT}/c)
  configure_file(${here}/c/entente.pc.in ${CMAKE_CURRENT_BINARY_DIR}/entente.pc @ONLY)
  install(TARGETS entente_client COMPONENT client ARCHIVE DESTINATION lib EXCLUDE_FROM_ALL)
  install(FILES ${here}/c/entente.h COMPONENT client DESTINATION include EXCLUDE_FROM_ALL)
  install(DIRECTORY ${stubs}/entente ${ENTENTE_PROTO_OUT}/entente ${ENTENTE_PROTO_OUT}/google COMPONENT client
          DESTINATION include EXCLUDE_FROM_ALL FILES_MATCHING PATTERN "*.h")
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/entente.pc COMPONENT client DESTINATION lib/pkgconfig EXCLUDE_FROM_ALL)
  install(FILES ${here}/c/README.md COMPONENT client DESTINATION . EXCLUDE_FROM_ALL)
  add_custom_target(${target}
    COMMAND ${CMAKE_SOURCE_DIR}/cmake/install-npm.sh ${here} ${ENTENTE_CLIENTS_OUT}/npm
    COMMAND ${here}/generate.sh typescript ${ENTENTE_CLIENTS_OUT}/typescript ${PROJECT_VERSION}
    COMMAND ${here}/generate.sh python ${ENTENTE_CLIENTS_OUT}/python ${PROJECT_VERSION}
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${c}
    COMMAND ${CMAKE_COMMAND} -DCMAKE_INSTALL_COMPONENT=client -DCMAKE_INSTALL_PREFIX=${c}
            -DCMAKE_INSTALL_MESSAGE=NEVER -P ${CMAKE_CURRENT_BINARY_DIR}/cmake_install.cmake
    DEPENDS entente_client VERBATIM)
endfunction()
