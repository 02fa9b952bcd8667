/*
 * ssh_config: reads the ssh configuration for a host from ~/.ssh/config and /etc/ssh/ssh_config,
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

/* maximum number of known_hosts files: two of the user, two of the machine */
#define VV_SSH_KNOWN_HOSTS 4

/* The configuration for one host. vv_ssh_config_clear frees the strings. */
typedef struct vv_ssh_config {
	char *host; /* the host to connect to: HostName, or the URL's host */
	char *user; /* the user to log in as */
	unsigned port;
	char **files; /* the existing files of IdentityFile, with "~" and "%d" resolved */
	size_t file_count, file_cap;
	/* the user's files, followed by the machine's files; NULL after the last file */
	char *known_hosts[VV_SSH_KNOWN_HOSTS];
	/* a setting that only the program ssh supports ("proxyjump"); NULL: no such setting */
	char *special;
} vv_ssh_config;
/* Reads the configuration for the host of the URL with `ssh -G` if have_program is true (ssh is
 * installed); else sets *out to the defaults. The caller clears *out, also on failure. */
vv_status vv_ssh_config_read(vv_ssh_config *out, const vv_url *url, const vv_env *env,
			     bool have_program, vv_error *err);
void vv_ssh_config_clear(vv_ssh_config *c);
VV_AUTO_CLEAR(vv_ssh_config, vv_ssh_config_clear)

/* What can be read from a private key's file without its passphrase. */
typedef struct vv_ssh_key {
	char type[64];  /* "ssh-ed25519"; "": readable only with the passphrase */
	bool encrypted; /* the key requires a passphrase */
} vv_ssh_key;
/* Reads the type of the private key in the file path. Returns false if the file is unreadable or
 * not a key. */
bool vv_ssh_key_look(vv_ssh_key *out, const char *path);
/* Returns true if libssh2 can sign with keys of this type. Returns true for "", since libssh2 may
 * read the key with the passphrase. Returns false for RSA, because libssh2 supports only RSA
 * signatures with SHA-1, which sshd no longer accepts. */
bool vv_ssh_key_usable(const char *type, size_t len);

#endif
