/*
 * known_hosts: the keys of one host in OpenSSH's files.
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

/* host: as the user wrote it, or the configuration has it; port: never 0. NULL when out of
 * memory. */
vv_known_hosts *vv_known_hosts_new(const char *host, unsigned port);
void vv_known_hosts_free(vv_known_hosts *k); /* accepts NULL */
VV_AUTO_FREE(vv_known_hosts, vv_known_hosts_free)

/* The host in the files: its name, or "[name]:port"; borrowed. */
const char *vv_known_hosts_name(const vv_known_hosts *k);

/* Takes the lines of a file for this host; text is not kept. file: for messages; copied. */
vv_status vv_known_hosts_text(vv_known_hosts *k, const char *text, size_t len, const char *file,
			      vv_error *err);
/* The same of a file; a missing one is empty. */
vv_status vv_known_hosts_file(vv_known_hosts *k, const char *path, vv_error *err);

/* Is there a key of the type ("ssh-ed25519"; NULL: any) for the host? Then the host should be asked
 * for exactly that type. */
bool vv_known_hosts_has(const vv_known_hosts *k, const char *type);
/* Does a @cert-authority line match the host? */
bool vv_known_hosts_has_authority(const vv_known_hosts *k);

typedef enum vv_known {
	VV_KNOWN_YES,
	VV_KNOWN_NOT,    /* no key is known for the host */
	VV_KNOWN_OTHER,  /* another key is known for it, of this type or of another */
	VV_KNOWN_REVOKED /* this key is marked @revoked */
} vv_known;

/* key: the blob of RFC 4253, section 6.6. *file and *line (may be NULL): the place of its line;
 * borrowed. */
vv_known vv_known_hosts_check(const vv_known_hosts *k, const void *key, size_t len,
			      const char **file, unsigned *line);

/* Appends a line for the host with the key, as ssh writes it ("host type base64\n"). */
vv_status vv_known_hosts_line(vv_buf *out, const vv_known_hosts *k, const void *key, size_t len,
			      vv_error *err);

/* Appends "SHA256:..." of a key. */
vv_status vv_host_key_fingerprint(vv_buf *out, const void *key, size_t len, vv_error *err);
/* The type that a key's blob names, or NULL; borrowed, *type_len bytes without a NUL. */
const char *vv_host_key_type(const void *key, size_t len, size_t *type_len);

#endif
