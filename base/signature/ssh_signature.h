/*
 * ssh_signature: signatures of Ed25519 keys in the form of OpenSSH (PROTOCOL.sshsig), as `ssh-keygen -Y` makes and checks
 * them.
 *
 * OpenSSL signs and verifies. Only ssh-ed25519 is known; of its encodings those that OpenSSL accepts.
 */
#ifndef VV_BASE_SIGNATURE_SSH_SIGNATURE_H
#define VV_BASE_SIGNATURE_SSH_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/signature/did.h"

vv_status vv_ssh_public_key(uint8_t out[VV_KEY_PUBLIC], const uint8_t seed[32], vv_error *err);

/* A bare signature, for formats that are not SSH's. */
#define VV_ED25519_SIGNATURE 64u
vv_status vv_ed25519_sign(uint8_t out[VV_ED25519_SIGNATURE], const uint8_t seed[32],
			  const void *bytes, size_t len, vv_error *err);

/* Appends the armoured signature, which ends in a newline. */
vv_status vv_ssh_sign(vv_buf *out, const uint8_t seed[32], const char *purpose, const void *bytes,
		      size_t len, vv_error *err);

/* *key: who signed. VV_ECORRUPT: not a signature of these bytes for this purpose. */
vv_status vv_ssh_verify(uint8_t key[VV_KEY_PUBLIC], const char *armoured, size_t armoured_len,
			const char *purpose, const void *bytes, size_t len, vv_error *err);

/* The key of a line "ssh-ed25519 AAAA...", as in .pub files. VV_EUSAGE. */
vv_status vv_ssh_key_read(uint8_t key[VV_KEY_PUBLIC], const char *line, vv_error *err);

#endif
