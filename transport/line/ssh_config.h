/*
 * ssh_config: the user's configuration of ssh: ~/.ssh/config and /etc/ssh/ssh_config for one host,
 * and the kind of a private key's file.
 */
#ifndef VV_TRANSPORT_LINE_SSH_CONFIG_H
#define VV_TRANSPORT_LINE_SSH_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/env.h"
#include "base/error.h"
#include "transport/line/url.h"

#define VV_SSH_KNOWN_HOSTS 4 /* files: two of the user's, two of the machine's */

/* Strings are owned (vv_ssh_config_clear). */
typedef struct vv_ssh_config {
	char *host; /* to be connected to: HostName, or the URL's */
	char *user;
	unsigned port;
	char **files; /* IdentityFile, those that exist, "~" and "%d" resolved */
	size_t file_count, file_cap;
	char *known_hosts[VV_SSH_KNOWN_HOSTS]; /* user's, then global, or NULL */
	char *special; /* a setting that only the ssh program obeys ("proxyjump"), or NULL */
} vv_ssh_config;
/* Runs `ssh -G`, if ssh is installed; else returns the defaults without configuration. */
vv_status vv_ssh_config_read(vv_ssh_config *out, const vv_url *url, const vv_env *env,
			     bool have_program, vv_error *err);
void vv_ssh_config_clear(vv_ssh_config *c);
VV_AUTO_CLEAR(vv_ssh_config, vv_ssh_config_clear)

typedef struct vv_ssh_key {
	char type[64];  /* "ssh-ed25519"; "" if it is readable only after unlocking */
	bool encrypted; /* needs a passphrase */
} vv_ssh_key;
/* Looks at a private key's file. False: it cannot be read, or is not a key. */
bool vv_ssh_key_look(vv_ssh_key *out, const char *path);
/* Can libssh2 sign with keys of this type ("" too: it tries)? Not with RSA: there it supports only
 * SHA-1, which sshd no longer accepts. */
bool vv_ssh_key_usable(const char *type, size_t len);

#endif
