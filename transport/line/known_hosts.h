/*
 * known_hosts: finds the keys of a host in OpenSSH's known_hosts files.
 *
 * A caller calls vv_known_hosts_new for a host and port, vv_known_hosts_file for each file, and
 * vv_known_hosts_check with the key that the host sent. The format is that of sshd(8),
 * SSH_KNOWN_HOSTS FILE FORMAT: lists with '*', '?' and '!', hashed names, [host]:port, @revoked and
 * @cert-authority. Invalid lines are skipped, as in OpenSSH.
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

/* Makes an empty set of keys for a host. host: the name as the user or the configuration spells it,
 * in upper or lower case. port: from 1 to 65535. NULL: out of memory. */
vv_known_hosts *vv_known_hosts_new(const char *host, unsigned port);
void vv_known_hosts_free(vv_known_hosts *k); /* accepts NULL */
VV_AUTO_FREE(vv_known_hosts, vv_known_hosts_free)

/* Returns the name of the host in the files, "name" or "[name]:port"; borrowed from k. */
const char *vv_known_hosts_name(const vv_known_hosts *k);

/* Adds the keys of the lines for the host in text, the content of a file. text is copied. file:
 * the file's name, for vv_known_hosts_check; also copied. Lines over 64 KiB are skipped. On
 * failure, keys of earlier lines stay added. VV_EREFUSED: more than 1024 lines are for the host. */
vv_status vv_known_hosts_text(vv_known_hosts *k, const char *text, size_t len, const char *file,
			      vv_error *err);
/* Adds the keys of the lines for the host in the file path, as vv_known_hosts_text does. If the
 * file does not exist, adds nothing. VV_EREFUSED: the file is larger than 16 MiB, or more than
 * 1024 lines are for the host. */
vv_status vv_known_hosts_file(vv_known_hosts *k, const char *path, vv_error *err);

/* Returns true if the files have a key of this type, such as "ssh-ed25519", for the host; NULL: a
 * key of any type. A client should request a key of such a type from the host, since it can be
 * compared. */
bool vv_known_hosts_has(const vv_known_hosts *k, const char *type);
/* Returns true if a @cert-authority line matches the host. */
bool vv_known_hosts_has_authority(const vv_known_hosts *k);

/* The result of vv_known_hosts_check. */
typedef enum vv_known {
	/* the files have the key for the host; for a port other than 22: for [host]:port or, if they
	 * have no key for [host]:port, for the host without a port */
	VV_KNOWN_YES,
	/* the files have no key for the host; for a port other than 22: no key for [host]:port, while
	 * other keys for the host without a port do not count */
	VV_KNOWN_NOT,
	VV_KNOWN_OTHER,  /* the files have only other keys for the host, of this or another type */
	VV_KNOWN_REVOKED /* the key is marked @revoked */
} vv_known;

/* Compares a key that the host sent with the files. key: a blob as in RFC 4253, section 6.6. Sets
 * *file, borrowed from k, and *line to the place of the line that decided; to NULL and 0 if the
 * result is VV_KNOWN_NOT. file and line may be NULL. */
vv_known vv_known_hosts_check(const vv_known_hosts *k, const void *key, size_t len,
			      const char **file, unsigned *line);

/* Appends the line of known_hosts for the host with this key, as ssh writes it ("host type
 * base64\n"), to out. VV_EINPUT: the key is invalid. */
vv_status vv_known_hosts_line(vv_buf *out, const vv_known_hosts *k, const void *key, size_t len,
			      vv_error *err);

/* Appends the fingerprint of a key, "SHA256:...". */
vv_status vv_host_key_fingerprint(vv_buf *out, const void *key, size_t len, vv_error *err);
/* Returns the type in key, the blob of a key: *type_len bytes, not NUL-terminated, borrowed from
 * key. NULL: the blob is invalid. */
const char *vv_host_key_type(const void *key, size_t len, size_t *type_len);

#endif
