/*
 * stamp: the line of a head's message that has an authority's time stamp (base/signature/timestamp.h).
 *
 *	stamp rfc3161 <signature> <token>
 *
 * The token is for the SHA-256 of the stamped text, which only the signer of the head could write at that time:
 *
 *	varve stamp 1
 *	parent <id>                   one line for each parent of the head's commit
 *	                              an empty line
 *	<message>                     the lines of the commit's message before this one
 *	signature <signature>         of the lines above, by the key of the head, for the purpose VV_STAMP_PURPOSE
 *
 * A token for the head's text alone could have been made by somebody who got the key later. Signature and token are
 * in base64, and the signature is that of OpenSSH without its armour. Readers of varve 1.0 skip the line. The
 * signature of the commit covers it.
 */
#ifndef VV_LIB_HEADS_STAMP_H
#define VV_LIB_HEADS_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/signature/did.h"
#include "repo/git/oid.h"

#define VV_STAMP_PURPOSE "varve-stamp" /* the purpose (namespace) of the signature */

/* The stamp of a head. */
typedef struct vv_stamp {
	bool there;                    /* the message has a line "stamp rfc3161 " */
	vv_buf token;                  /* empty: the line is damaged, or its signature false */
	uint8_t sha256[VV_SHA256_LEN]; /* of the stamped text, if `token` is not empty */
} vv_stamp;
void vv_stamp_clear(vv_stamp *s);
VV_AUTO_CLEAR(vv_stamp, vv_stamp_clear)

/* Appends the lines of the stamped text before its signature. message: the commit's message, of message_len bytes,
 * before the line. */
void vv_stamp_put_text(vv_buf *out, const vv_oid *parents, size_t parent_count, const char *message,
		       size_t message_len);
/* Appends the last line of the stamped text to `text`. signature: that of the lines before, in base64, as
 * vv_ssh_unarmour has it. */
void vv_stamp_put_signature(vv_buf *text, const char *signature, size_t len);
/* Appends the line with this signature to the message. */
void vv_stamp_put_line(vv_buf *message, const vv_buf *signature, const vv_buf *token);

/* Reads the line of a message into *out, and checks its signature, but not the token. key: that of the head. VV_OK also
 * for a line that is damaged, or has a false signature. Clear *out in any case. */
vv_status vv_stamp_read(vv_stamp *out, const vv_oid *parents, size_t parent_count,
			const char *message, const uint8_t key[VV_KEY_PUBLIC], vv_error *err);

#endif
