/*
 * ssh_config: reads the user's ssh configuration for a host, ~/.ssh/config and /etc/ssh/ssh_config,
 * and the type of a private key.
 */
#ifndef VV_TRANSPORT_LINE_SSH_CONFIG_H
#define VV_TRANSPORT_LINE_SSH_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/env.h"
#include "base/error.h"
#include "transport/line/url.h"

#define VV_SSH_KNOWN_HOSTS 4 /* number of files: two of the user, two of the machine */

/* The configuration for one host. vv_ssh_config_clear frees the strings. */
typedef struct vv_ssh_config {
	char *host; /* the host to connect to: HostName, or the URL's host */
	char *user;
	unsigned port;
	char **files; /* the existing files of IdentityFile, with "~" and "%d" resolved */
	size_t file_count, file_cap;
	/* the user's files, then the global ones; NULL: no more files */
	char *known_hosts[VV_SSH_KNOWN_HOSTS];
	char *special; /* a setting that only the ssh program supports ("proxyjump"); NULL: none */
} vv_ssh_config;
/* Reads the configuration with `ssh -G` if ssh is installed; else sets *out to the defaults. */
vv_status vv_ssh_config_read(vv_ssh_config *out, const vv_url *url, const vv_env *env,
			     bool have_program, vv_error *err);
void vv_ssh_config_clear(vv_ssh_config *c);
VV_AUTO_CLEAR(vv_ssh_config, vv_ssh_config_clear)

typedef struct vv_ssh_key {
	char type[64];  /* "ssh-ed25519"; "": readable only with the passphrase */
	bool encrypted; /* the key requires a passphrase */
} vv_ssh_key;
/* Reads the type of a private key from its file. False: the file is unreadable, or is not a key. */
bool vv_ssh_key_look(vv_ssh_key *out, const char *path);
/* Can libssh2 sign with keys of this type? True for "", which libssh2 tries. False for RSA, for
 * which libssh2 supports only SHA-1 signatures, which sshd no longer accepts. */
bool vv_ssh_key_usable(const char *type, size_t len);

#endif
