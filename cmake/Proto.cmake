# Contracts to C: copies each .proto of ours with a short C package (`entente.onboard.v1` becomes
# `Onboard__Plan`), so that the public contracts stay free of C options, and runs protoc-gen-c on the
# copies. The descriptor set that reflection serves is built from the originals.
set(ENTENTE_PROTO_ROOT ${CMAKE_SOURCE_DIR}/proto)
set(ENTENTE_PROTO_OUT ${CMAKE_BINARY_DIR}/proto-gen)

function(entente_contracts target)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS RELATIVE ${ENTENTE_PROTO_ROOT} ${ENTENTE_PROTO_ROOT}/*.proto)
  set(well_known google/protobuf/any google/protobuf/descriptor google/protobuf/duration
      google/protobuf/empty google/protobuf/field_mask google/protobuf/struct google/protobuf/timestamp
      google/protobuf/wrappers)
  set(standard grpc/health/v1/health grpc/reflection/v1/reflection grpc/reflection/v1alpha/reflection)
  list(TRANSFORM sources REPLACE "\\.proto$" "")
  set(generated "")
  foreach(file ${sources} ${well_known} ${standard})
    list(APPEND generated ${ENTENTE_PROTO_OUT}/${file}.pb-c.c)
  endforeach()
  list(TRANSFORM sources APPEND ".proto" OUTPUT_VARIABLE source_protos)
  list(TRANSFORM source_protos PREPEND ${ENTENTE_PROTO_ROOT}/ OUTPUT_VARIABLE depends)
  # The headers are named too: what includes one is then rebuilt in the same run that changes it.
  list(TRANSFORM generated REPLACE "\\.c$" ".h" OUTPUT_VARIABLE headers)
  add_custom_command(
    OUTPUT ${generated} ${ENTENTE_PROTO_OUT}/contract.binpb ${ENTENTE_PROTO_OUT}/contract_table.c
    BYPRODUCTS ${headers}
    COMMAND ${CMAKE_SOURCE_DIR}/cmake/generate-contracts.sh ${ENTENTE_PROTO_ROOT} ${ENTENTE_PROTO_OUT}
            ${PROTOC} ${PROTOC_GEN_C}
    DEPENDS ${depends} ${CMAKE_SOURCE_DIR}/cmake/generate-contracts.sh
    COMMENT "Generating C from the contracts" VERBATIM)
  add_library(${target} STATIC ${generated} ${ENTENTE_PROTO_OUT}/contract_table.c)
  target_include_directories(${target} SYSTEM PUBLIC ${ENTENTE_PROTO_OUT})
  target_link_libraries(${target} PUBLIC PkgConfig::PROTOBUF_C)
endfunction()
