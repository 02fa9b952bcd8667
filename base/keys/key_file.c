/*
 * key_file: the lines of the file, and the cost of a passphrase.
 */
#include "base/keys/key_file.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"

#define HEAD "varve key 1\n"
#define FILE_MAX 1024u
#define RECOVERY "varve-recovery-1-"
#define RECOVERY_OF "varve recovery 1"

enum {
	SALT = crypto_pwhash_SALTBYTES,
	NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	SEALED = VV_KEY_SEED + TAG,
	CHECK = 4,
	RECOVERY_LETTERS = 58, /* of 36 bytes */
	PASSES = 3,
	KIB = 64 * 1024, /* the memory of a small server; more passes instead */
	PASSES_MAX = 32,
	KIB_MAX = 1024 * 1024
};

/* The content of the lines. */
typedef struct parts {
	char did[VV_DID_TEXT];
	uint8_t public_key[VV_KEY_PUBLIC];
	bool sealed;
	uint64_t passes, kib;
	uint8_t salt[SALT], nonce[NONCE];
	uint8_t bytes[SEALED]; /* plain: the seed */
	size_t head_len;       /* of the associated data */
} parts;

static void parts_wipe(parts *p)
{
	vv_wipe(p, sizeof(*p));
}
VV_AUTO_CLEAR(parts, parts_wipe)

/* --- the passphrase --------------------------------------------------------------------- */

static vv_status stretch_passphrase(uint8_t key[32], const vv_buf *passphrase, const parts *p,
				    vv_error *err)
{
	if (sodium_init() < 0 ||
	    crypto_pwhash(key, 32, vv_buf_cstr(passphrase), passphrase->len, p->salt, p->passes,
			  (size_t)p->kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0) {
		return vv_fail(err, VV_ENOMEM, "cannot compute Argon2id, which needs %s of memory",
			       vv_text_bytes(p->kib * 1024));
	}
	return VV_OK;
}

static vv_status put_sealed(vv_buf *out, const vv_key *k, const vv_buf *passphrase, vv_error *err)
{
	parts p = {.passes = PASSES, .kib = KIB};
	uint8_t key[32];
	vv_status rc;

	vv_random(p.salt, SALT);
	vv_random(p.nonce, NONCE);
	if ((rc = stretch_passphrase(key, passphrase, &p, err)) < 0) return rc;
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(p.bytes, NULL, k->seed, VV_KEY_SEED,
							 (const uint8_t *)out->data, out->len, NULL,
							 p.nonce, key);
	vv_wipe(key, sizeof(key));
	vv_buf_printf(out, "argon2id %u %u ", (unsigned)p.passes, (unsigned)p.kib);
	vv_hex_put(out, p.salt, SALT);
	vv_buf_putc(out, ' ');
	vv_hex_put(out, p.nonce, NONCE);
	vv_buf_putc(out, ' ');
	vv_hex_put(out, p.bytes, SEALED);
	vv_buf_putc(out, '\n');
	return VV_OK;
}

/* --- writing ----------------------------------------------------------------------------- */

/* As vv_write_file, with a mode that is narrow from the start. */
static vv_status write_private(const char *path, const vv_buf *text, vv_error *err)
{
	vv_auto(char) *dir = vv_path_dir(path), *temp = NULL;
	int fd = -1;
	vv_status rc = dir ? vv_mkdirs(dir, err) : vv_fail_nomem(err);
	char random[VV_TEMP_RANDOM + 1];

	if (rc < 0) return rc;
	/* One who was killed here left a seed. */
	vv_temp_sweep(dir, VV_WRITE_TEMP);
	vv_temp_name(random);
	if (!(temp = vv_asprintf("%s/" VV_WRITE_TEMP "%s", dir, random))) return vv_fail_nomem(err);
	if ((fd = vv_open(temp, O_CREAT | O_EXCL | O_WRONLY, 0600, err)) < 0) return (vv_status)fd;
	if ((rc = vv_write_full(fd, text->data, text->len, temp, err)) == VV_OK) {
		rc = vv_fsync(fd, temp, err);
	}
	vv_error ignored;
	rc = vv_close_after(rc, fd, temp, err);
	if (rc < 0 || (rc = vv_rename(temp, path, err)) < 0) {
		(void)vv_unlink(temp, true, &ignored);
	} else {
		rc = vv_fsync_dir(dir, err);
	}
	return rc;
}

vv_status vv_key_file_write(const char *path, const vv_key *k, const vv_buf *passphrase,
			    vv_error *err)
{
	vv_auto(vv_secret_buf) text = VV_BUF_INIT;
	vv_status rc = VV_OK;

	vv_buf_printf(&text, HEAD "%s\n", vv_did_shows(k->public_key));
	if (vv_buf_reserve(&text, FILE_MAX) && passphrase) {
		rc = put_sealed(&text, k, passphrase, err);
	} else {
		vv_buf_puts(&text, "plain ");
		vv_hex_put(&text, k->seed, VV_KEY_SEED);
		vv_buf_putc(&text, '\n');
	}
	rc = rc < 0 ? rc : vv_buf_ok(&text, err);
	return rc < 0 ? rc : write_private(path, &text, err);
}

/* --- reading ----------------------------------------------------------------------------- */

static bool take_hex(const char **at, uint8_t *out, size_t count, char end)
{
	const char *p = *at;

	if (strlen(p) < 2 * count + 1 || !vv_hex_is_lower(p, 2 * count) ||
	    !vv_hex_read(out, count, p) || p[2 * count] != end) {
		return false;
	}
	*at = p + 2 * count + 1;
	return true;
}

static bool take_number(const char **at, uint64_t *out, uint64_t max)
{
	size_t n = strspn(*at, "0123456789");

	if (n == 0 || n > 9 || (*at)[n] != ' ' || !vv_parse_u64(out, *at, n) || *out == 0 ||
	    *out > max) {
		return false;
	}
	*at += n + 1;
	return true;
}

/* Text ends in a NUL, and has none before. */
static bool read_lines(parts *p, const char *text)
{
	const char *at = text + sizeof(HEAD) - 1;
	size_t n;

	if (strncmp(text, HEAD, sizeof(HEAD) - 1) != 0 || (n = strcspn(at, "\n")) == 0 ||
	    n >= sizeof(p->did) || at[n] != '\n') {
		return false;
	}
	memcpy(p->did, at, n);
	p->did[n] = '\0';
	at += n + 1;
	p->head_len = (size_t)(at - text);
	if (vv_did_read(p->public_key, p->did, VV_IGNORED) < 0) return false;
	if (strncmp(at, "plain ", 6) == 0) {
		at += 6;
		return take_hex(&at, p->bytes, VV_KEY_SEED, '\n') && *at == '\0';
	}
	p->sealed = strncmp(at, "argon2id ", 9) == 0;
	at += 9;
	return p->sealed && take_number(&at, &p->passes, PASSES_MAX) &&
	       take_number(&at, &p->kib, KIB_MAX) && p->kib >= 8 &&
	       take_hex(&at, p->salt, SALT, ' ') && take_hex(&at, p->nonce, NONCE, ' ') &&
	       take_hex(&at, p->bytes, SEALED, '\n') && *at == '\0';
}

/* Reads the whole file; refuses one that other users may read. */
static vv_status read_private(vv_buf *out, const char *path, vv_error *err)
{
	vv_stat st;
	vv_auto(vv_fd) fd = vv_open_regular(path, O_RDONLY, err);
	vv_status rc;
	ssize_t n;

	if (fd < 0) return (vv_status)fd;
	if ((rc = vv_fstat(&st, fd, path, err)) < 0) return rc;
	if ((st.mode & 077) != 0) {
		return vv_fail(
			err, VV_EREFUSED,
			"other users can read the key '%s' (mode %04o)\n'chmod 600 %s' "
			"protects the key; if another user may have read the key, make a new one",
			vv_text_shows(path), (unsigned)(st.mode & 07777), vv_text_word(path));
	}
	if (!vv_buf_reserve(out, FILE_MAX + 1)) return vv_fail_nomem(err);
	if ((n = vv_read_full(fd, out->data, FILE_MAX + 1, path, err)) < 0) return (vv_status)n;
	out->len = (size_t)n;
	out->data[n > (ssize_t)FILE_MAX ? (ssize_t)FILE_MAX : n] = '\0';
	return VV_OK;
}

static vv_status open_sealed(vv_key *out, const parts *p, const char *head, vv_passphrase_fn ask,
			     void *payload, vv_error *err)
{
	uint8_t key[32], seed[VV_KEY_SEED];
	vv_auto(vv_secret_buf) passphrase = VV_BUF_INIT;
	vv_status rc = ask ? ask(payload, p->did, &passphrase, err)
			   : vv_fail(err, VV_EREFUSED,
				     "the key is protected by a passphrase, and "
				     "none was given");

	if (rc == VV_OK && (rc = stretch_passphrase(key, &passphrase, p, err)) == VV_OK) {
		if (crypto_aead_xchacha20poly1305_ietf_decrypt(seed, NULL, NULL, p->bytes, SEALED,
							       (const uint8_t *)head, p->head_len,
							       p->nonce, key) != 0) {
			rc = vv_fail(err, VV_EREFUSED, "wrong passphrase for the key %s", p->did);
		} else {
			rc = vv_key_of_seed(out, seed, err);
		}
		vv_wipe(key, sizeof(key));
		vv_wipe(seed, sizeof(seed));
	}
	return rc;
}

/* --- on paper ---------------------------------------------------------------------------- */

static vv_status recovery_check(uint8_t out[VV_SHA256_LEN], const uint8_t seed[VV_KEY_SEED],
				vv_error *err)
{
	uint8_t bytes[sizeof(RECOVERY_OF) - 1 + VV_KEY_SEED];

	memcpy(bytes, RECOVERY_OF, sizeof(RECOVERY_OF) - 1);
	memcpy(bytes + sizeof(RECOVERY_OF) - 1, seed, VV_KEY_SEED);
	vv_status rc = vv_sha256(out, bytes, sizeof(bytes), err);
	vv_wipe(bytes, sizeof(bytes));
	return rc;
}

vv_status vv_recovery_put(vv_buf *out, const vv_key *k, vv_error *err)
{
	uint8_t bytes[VV_KEY_SEED + CHECK], check[VV_SHA256_LEN];
	char letters[RECOVERY_LETTERS + 1];
	vv_status rc = recovery_check(check, k->seed, err);

	if (rc < 0) return rc;
	memcpy(bytes, k->seed, VV_KEY_SEED);
	memcpy(bytes + VV_KEY_SEED, check, CHECK);
	vv_base32_write(letters, bytes, sizeof(bytes));
	vv_buf_puts(out, RECOVERY);
	for (size_t i = 0; i < RECOVERY_LETTERS; i += 6) {
		vv_buf_printf(out, "%s%.6s", i > 0 ? "-" : "", letters + i);
	}
	vv_wipe(bytes, sizeof(bytes));
	vv_wipe(letters, sizeof(letters));
	return vv_buf_ok(out, err);
}

/* The letters after the prefix, without what does not count; more than fit: *len is too large. */
static void recovery_letters(char letters[RECOVERY_LETTERS + 1], size_t *len, const char *text)
{
	*len = 0;
	for (; *text; text++) {
		if (*text == '-' || vv_is_space(*text)) {
			continue;
		}
		if (*len <= RECOVERY_LETTERS) {
			letters[*len] = vv_to_lower(*text);
		}
		(*len)++;
	}
}

static vv_status read_recovery(vv_key *out, const char *text, vv_error *err)
{
	char letters[RECOVERY_LETTERS + 1];
	uint8_t bytes[VV_KEY_SEED + CHECK], check[VV_SHA256_LEN];
	size_t len;
	vv_status rc = VV_OK;

	recovery_letters(letters, &len, text + sizeof(RECOVERY) - 1);
	if (len != RECOVERY_LETTERS || vv_base32_read(bytes, letters, len) != 0 ||
	    (rc = recovery_check(check, bytes, err)) < 0 ||
	    memcmp(check, bytes + VV_KEY_SEED, CHECK) != 0) {
		if (rc == VV_OK) {
			rc = vv_fail(err, VV_EINPUT,
				     "the recovery key is mistyped\na recovery key has %d "
				     "characters, a to z and 2 to 7, after '%s'",
				     RECOVERY_LETTERS, RECOVERY);
		}
	} else {
		rc = vv_key_of_seed(out, bytes, err);
	}
	vv_wipe(bytes, sizeof(bytes));
	vv_wipe(letters, sizeof(letters));
	return rc;
}

static bool is_recovery(const char *text)
{
	const char *prefix = RECOVERY;

	while (*prefix && vv_to_lower(*text) == *prefix) {
		prefix++;
		text++;
	}
	return *prefix == '\0';
}

/* --- all together ------------------------------------------------------------------------- */

static vv_status not_a_key(const char *path, const vv_buf *text, vv_error *err)
{
	return vv_text_check_mark(vv_buf_cstr(text), HEAD, vv_text_shows(path), err) ==
			       VV_ENOSUPPORT
		       ? VV_ENOSUPPORT
		       : vv_fail(err, VV_EINPUT, "'%s' is not a key of varve, or is damaged",
				 vv_text_shows(path));
}

vv_status vv_key_file_read(vv_key *out, const char *path, vv_passphrase_fn ask, void *payload,
			   vv_error *err)
{
	vv_auto(vv_secret_buf) text = VV_BUF_INIT;
	vv_auto(parts) p = {0};
	const char *start;
	vv_status rc = read_private(&text, path, err);

	if (rc < 0) return rc;
	for (start = vv_buf_cstr(&text); vv_is_space(*start); start++) {
	}
	if (text.len > FILE_MAX || strlen(text.data) != text.len) {
		rc = not_a_key(path, &text, err);
	} else if (is_recovery(start)) {
		rc = read_recovery(out, start, err);
	} else if (!read_lines(&p, text.data)) {
		rc = not_a_key(path, &text, err);
	} else {
		rc = p.sealed ? open_sealed(out, &p, text.data, ask, payload, err)
			      : vv_key_of_seed(out, p.bytes, err);
		if (rc == VV_OK && memcmp(out->public_key, p.public_key, VV_KEY_PUBLIC) != 0) {
			rc = not_a_key(path, &text, err);
		}
	}
	return rc;
}

vv_status vv_key_file_look(char did[VV_DID_TEXT], bool *sealed, const char *path, vv_error *err)
{
	vv_auto(vv_secret_buf) text = VV_BUF_INIT;
	vv_auto(parts) p = {0};
	vv_status rc = read_private(&text, path, err);

	if (rc == VV_OK && (text.len > FILE_MAX || strlen(vv_buf_cstr(&text)) != text.len ||
			    !read_lines(&p, text.data))) {
		rc = not_a_key(path, &text, err);
	}
	if (rc == VV_OK) {
		memcpy(did, p.did, VV_DID_TEXT);
		*sealed = p.sealed;
	}
	return rc;
}
