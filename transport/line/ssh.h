/*
 * ssh: what the two ways over ssh need to know of the user's own set-up.
 */
#ifndef VV_TRANSPORT_LINE_SSH_H
#define VV_TRANSPORT_LINE_SSH_H

#include "transport/line/connect_internal.h"

/* --- ssh_config.c: what ~/.ssh/config and /etc/ssh/ssh_config say for one host ------------ */

/* Strings are owned (vv_ssh_config_clear). */
typedef struct vv_ssh_config {
	char *host; /* to be connected to: HostName, or the URL's */
	char *user;
	unsigned port;
	char **files; /* IdentityFile, those that exist, "~" and "%d" resolved */
	size_t file_count;
	char *known_hosts[4]; /* user's, then global; NULL: none */
	char *special; /* a setting that only the ssh program obeys ("proxyjump"); NULL: none */
} vv_ssh_config;
/* Asks `ssh -G`, where there is an ssh; else says what holds without any configuration. */
vv_status vv_ssh_config_read(vv_ssh_config *out, const vv_url *url, bool have_program,
			     vv_error *err);
void vv_ssh_config_clear(vv_ssh_config *c);

/* --- ssh_key.c ----------------------------------------------------------------------------- */

typedef struct vv_ssh_key {
	char type[64];  /* "ssh-ed25519"; "" when the file does not say before it is unlocked */
	bool encrypted; /* needs a passphrase */
} vv_ssh_key;
/* Looks at a private key's file. False: it cannot be read, or is none. */
bool vv_ssh_key_look(vv_ssh_key *out, const char *path);
/* Can libssh2 sign with keys of this type ("" too: it tries)? Not with RSA: it knows only
 * SHA-1 there, which no sshd takes any more. */
bool vv_ssh_key_usable(const char *type, size_t len);

/* --- tcp.c ----------------------------------------------------------------------------------- */

/* A connected socket, close-on-exec, TCP_NODELAY; each of the host's addresses is tried, all
 * of them within so many seconds. Negative: a vv_status. VV_ENOTFOUND: no such host. */
int vv_tcp_connect(const char *host, unsigned port, unsigned seconds, vv_error *err);

/* --- ssh2.c ------------------------------------------------------------------------------ */

/* *other: set where the ssh program may do better, nothing having been run on the far side. */
vv_status vv_channel_ssh2(vv_channel **out, const vv_url *url, const vv_ssh_config *c,
			  const vv_connect_options *o, bool *other, vv_error *err);

#endif
