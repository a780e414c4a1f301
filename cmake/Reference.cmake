# What the contracts say, for people and for other programs: the OpenAPI document of their JSON form, and the set
# with comments from which it and docs/api are made. OUT has reference.binpb and openapi.json.
set(ENTENTE_REFERENCE_OUT ${CMAKE_BINARY_DIR}/reference)

function(entente_reference target)
  set(scripts ${CMAKE_SOURCE_DIR}/proto/reference)
  file(GLOB_RECURSE protos CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/proto/entente/*.proto
       ${CMAKE_SOURCE_DIR}/proto/google/*.proto)
  file(MAKE_DIRECTORY ${ENTENTE_REFERENCE_OUT})
  add_custom_command(
    OUTPUT ${ENTENTE_REFERENCE_OUT}/reference.binpb ${ENTENTE_REFERENCE_OUT}/openapi.json
    COMMAND ${scripts}/generate.sh set ${ENTENTE_REFERENCE_OUT}/reference.binpb
    COMMAND ${scripts}/generate.sh openapi ${ENTENTE_REFERENCE_OUT}/reference.binpb ${PROJECT_VERSION}
            ${ENTENTE_REFERENCE_OUT}/openapi.json
    DEPENDS ${protos} ${scripts}/generate.sh ${scripts}/contracts.py ${scripts}/openapi.py
    COMMENT "Generating the OpenAPI document" VERBATIM)
  add_custom_target(${target} ALL DEPENDS ${ENTENTE_REFERENCE_OUT}/openapi.json)
endfunction()
