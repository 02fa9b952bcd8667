/*
 * ssh_config: reads the ssh configuration for a host, as `ssh -G` prints it, and the type of a
 * private key.
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
	/* the readable files of IdentityFile, with "~" and "%d" resolved; if there are none, those
	 * with usual names in ~/.ssh */
	char **files;
	size_t file_count, file_cap;
	/* two files of the user, then two of the machine; each may be NULL */
	char *known_hosts[VV_SSH_KNOWN_HOSTS];
	/* a setting that only the program ssh supports ("proxyjump"), or "a damaged configuration";
	 * NULL: neither */
	char *special;
} vv_ssh_config;
/* Reads the configuration for the host of the URL. have_program: the program ssh is installed, and
 * is run with -G; false: sets *out to ssh's defaults. The caller clears *out, also after a
 * failure. */
vv_status vv_ssh_config_read(vv_ssh_config *out, const vv_url *url, const vv_env *env,
			     bool have_program, vv_error *err);
void vv_ssh_config_clear(vv_ssh_config *c);
VV_AUTO_CLEAR(vv_ssh_config, vv_ssh_config_clear)

/* What can be read from a private key's file without its passphrase. */
typedef struct vv_ssh_key {
	char type[64];  /* such as "ssh-ed25519"; "": not known */
	bool encrypted; /* the key requires a passphrase */
} vv_ssh_key;
/* Reads what can be read of the private key in the file path into *out. Returns false if the file
 * cannot be read, or is not a key. */
bool vv_ssh_key_look(vv_ssh_key *out, const char *path);
/* Returns true if libssh2 can sign with keys of this type, the len bytes at type. Returns true for
 * "", since libssh2 may be able to use the key. Returns false for RSA, since libssh2 signs with RSA
 * only with SHA-1, which sshd no longer accepts. */
bool vv_ssh_key_usable(const char *type, size_t len);

#endif
