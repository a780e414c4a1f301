/* TLS material: files read, checked, and looked at again when they change. Private to this folder. */
#ifndef ENTENTE_RPC_CREDENTIALS_H
#define ENTENTE_RPC_CREDENTIALS_H

#include <grpc/grpc_security.h>
#include <stdbool.h>

/* PEM files of one end of a connection. */
struct tls_files {
  const char *ca, *certificate, *key;
};

struct credentials;

/* Copies the names. NULL with `*problem` when a file is missing, is not PEM, or the key is not the
 * certificate's. */
struct credentials *credentials_create(const struct tls_files *files, const char **problem);
void credentials_destroy(struct credentials *credentials); /* NULL is allowed */
/* For a listener: demands a certificate of the authority from every peer; takes changed files at the
 * next handshake. `credentials` must outlive the server. The caller releases it. */
grpc_server_credentials *credentials_for_server(struct credentials *credentials);
/* For a channel, from the files as they were last read. With `service` the handshake fails unless the peer's
 * certificate is that service's of the trust domain: nothing is sent to another. The caller releases it. */
grpc_channel_credentials *credentials_for_channel(struct credentials *credentials, const char *trust_domain,
                                                  const char *service);
/* Reads the files again when one changed; false when none did or they do not fit together yet. */
bool credentials_refresh(struct credentials *credentials);

#endif
