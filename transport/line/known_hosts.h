/*
 * known_hosts: finds the keys of a host in OpenSSH's known_hosts files.
 *
 * A correct caller: vv_known_hosts_new for a host and port, vv_known_hosts_file for each file,
 * then vv_known_hosts_check with the key that the host showed. Format: sshd(8),
 * SSH_KNOWN_HOSTS FILE FORMAT: lists with '*', '?' and '!', hashed names, [host]:port,
 * @revoked and @cert-authority. Lines that cannot be read are skipped, as OpenSSH does.
 */
#ifndef VV_TRANSPORT_LINE_KNOWN_HOSTS_H
#define VV_TRANSPORT_LINE_KNOWN_HOSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

typedef struct vv_known_hosts vv_known_hosts;

/* host: as the user or the configuration spells it. port: never 0. NULL: out of memory. */
vv_known_hosts *vv_known_hosts_new(const char *host, unsigned port);
void vv_known_hosts_free(vv_known_hosts *k); /* accepts NULL */
VV_AUTO_FREE(vv_known_hosts, vv_known_hosts_free)

/* Returns the host's name in the files: "name" or "[name]:port"; borrowed. */
const char *vv_known_hosts_name(const vv_known_hosts *k);

/* Reads the lines for this host from the text of a file; does not borrow text. file: for messages;
 * copied. */
vv_status vv_known_hosts_text(vv_known_hosts *k, const char *text, size_t len, const char *file,
			      vv_error *err);
/* Reads the lines for this host from a file. A missing file counts as empty. */
vv_status vv_known_hosts_file(vv_known_hosts *k, const char *path, vv_error *err);

/* Do the files have a key of this type ("ssh-ed25519"; NULL: any) for the host? If so, the client
 * should request this type from the host. */
bool vv_known_hosts_has(const vv_known_hosts *k, const char *type);
/* Does a @cert-authority line match the host? */
bool vv_known_hosts_has_authority(const vv_known_hosts *k);

typedef enum vv_known {
	VV_KNOWN_YES,
	VV_KNOWN_NOT,    /* the files have no key for the host */
	VV_KNOWN_OTHER,  /* the files have only other keys for the host, of this or another type */
	VV_KNOWN_REVOKED /* this key is marked @revoked */
} vv_known;

/* Compares a host's key with the files. key: the blob of RFC 4253, section 6.6. *file and *line
 * (each may be NULL): where the matching line is; borrowed. */
vv_known vv_known_hosts_check(const vv_known_hosts *k, const void *key, size_t len,
			      const char **file, unsigned *line);

/* Appends a known_hosts line for the host with the key, as ssh writes it ("host type base64\n"). */
vv_status vv_known_hosts_line(vv_buf *out, const vv_known_hosts *k, const void *key, size_t len,
			      vv_error *err);

/* Appends the fingerprint of a key: "SHA256:...". */
vv_status vv_host_key_fingerprint(vv_buf *out, const void *key, size_t len, vv_error *err);
/* Returns the type in a key's blob: *type_len bytes without a NUL, borrowed from key. NULL: an
 * invalid blob. */
const char *vv_host_key_type(const void *key, size_t len, size_t *type_len);

#endif
