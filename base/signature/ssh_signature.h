/*
 * ssh_signature: makes and verifies signatures of Ed25519 keys in the format of OpenSSH (PROTOCOL.sshsig), as
 * `ssh-keygen -Y` does.
 *
 * OpenSSL computes the signatures. The only supported kind of key is ssh-ed25519. If OpenSSL does not support Ed25519
 * keys, the functions that sign return VV_ENOSUPPORT.
 */
#ifndef VV_BASE_SIGNATURE_SSH_SIGNATURE_H
#define VV_BASE_SIGNATURE_SSH_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/signature/did.h"

/* Computes the public key of a seed, the secret part of a key. */
vv_status vv_ssh_public_key(uint8_t out[VV_KEY_PUBLIC], const uint8_t seed[32], vv_error *err);

#define VV_ED25519_SIGNATURE 64u /* bytes of an Ed25519 signature */
/* Signs bytes with the key of a seed, and writes the plain Ed25519 signature to out, for formats other than SSH's. */
vv_status vv_ed25519_sign(uint8_t out[VV_ED25519_SIGNATURE], const uint8_t seed[32],
			  const void *bytes, size_t len, vv_error *err);

/* Signs bytes for a purpose (the namespace of `ssh-keygen -Y sign -n`) with the key of a seed. Appends the armoured
 * signature, "-----BEGIN SSH SIGNATURE-----" ..., which ends with a newline. */
vv_status vv_ssh_sign(vv_buf *out, const uint8_t seed[32], const char *purpose, const void *bytes,
		      size_t len, vv_error *err);

/* Verifies an armoured signature, as vv_ssh_sign writes it, and writes the public key of its signer to
 * key. The caller then decides if it trusts this key. VV_ECORRUPT: the text is not a signature of these
 * bytes for this purpose. */
vv_status vv_ssh_verify(uint8_t key[VV_KEY_PUBLIC], const char *armoured, size_t armoured_len,
			const char *purpose, const void *bytes, size_t len, vv_error *err);

/* Appends the base64 inside an armoured signature, in one piece. VV_ECORRUPT: the text is not armoured. */
vv_status vv_ssh_unarmour(vv_buf *out, const char *armoured, size_t len, vv_error *err);
/* Appends the armoured signature that has this base64. */
void vv_ssh_put_armoured(vv_buf *out, const char *base64, size_t len);

/* Parses a line "ssh-ed25519 AAAA...", as in .pub files, and writes the public key to key.
 * VV_EUSAGE: the line is not a public key of this kind. */
vv_status vv_ssh_key_read(uint8_t key[VV_KEY_PUBLIC], const char *line, vv_error *err);

#endif
