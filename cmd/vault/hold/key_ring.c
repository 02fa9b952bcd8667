/*
 * key_ring: where the files are.
 */
#include "cmd/vault/hold/key_ring.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/keys/key_file.h"
#include "base/path.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/remotes/transfer.h"

#define NAMES_MAX (1u << 20)
#define PASSPHRASE_MAX 4096u

char *vv_key_ring_path(const vv_env *env, const char *name, vv_error *err)
{
	const char *config = vv_env_get(env, "XDG_CONFIG_HOME"), *home = vv_env_get(env, "HOME");
	char *path;

	if (vv_path_is_absolute(config)) {
		path = vv_path_join(config, "varve", name, (char *)NULL);
	} else if (vv_path_is_absolute(home)) {
		path = vv_path_join(home, ".config", "varve", name, (char *)NULL);
	} else {
		vv_fail(err, VV_EUSAGE,
			"the home folder was not found, so keys cannot be read\nset HOME or XDG_CONFIG_HOME");
		return NULL;
	}
	if (!path) {
		vv_fail_nomem(err);
	}
	return path;
}

/* --- the passphrase -------------------------------------------------------------------------- */

static vv_status passphrase_from(vv_buf *out, const char *file, vv_error *err)
{
	vv_status rc = vv_read_regular(out, file, PASSPHRASE_MAX, err);

	if (rc < 0) return vv_prefix(err, "VARVE_PASSPHRASE_FILE");
	out->len = strcspn(vv_buf_cstr(out), "\r\n");
	if (out->data) {
		out->data[out->len] = '\0';
	}
	if (out->len == 0) {
		return vv_fail(
			err, VV_EUSAGE,
			"VARVE_PASSPHRASE_FILE: the first line of '%s' is empty, but must be a passphrase",
			vv_text_shows(file));
	}
	return VV_OK;
}

static vv_status ask_passphrase(vv_transfer *t, vv_buf *out, const char *prompt, vv_error *err)
{
	vv_status rc = t->connect.ask(t->connect.payload, prompt, false, out, err);

	if (rc == VV_EREFUSED) {
		vv_fail(err, VV_EREFUSED,
			"the passphrase of the key cannot be typed without a terminal\nset "
			"VARVE_PASSPHRASE_FILE to a file whose first line is the passphrase");
	}
	return rc;
}

/* A buffer overwritten before it is freed. */
vv_status vv_passphrase_get(vv_buf *out, const vv_env *env, const char *prompt, bool again,
			    vv_error *err)
{
	const char *file = vv_env_get(env, "VARVE_PASSPHRASE_FILE");
	vv_auto(vv_transfer) t = {0};
	vv_auto(vv_secret_buf) second = VV_BUF_INIT;
	vv_status rc;

	if (file && *file) return passphrase_from(out, file, err);
	if ((rc = vv_transfer_open(&t, NULL, NULL, true, 0, err)) < 0 ||
	    (rc = ask_passphrase(&t, out, prompt, err)) < 0 ||
	    (again && (rc = ask_passphrase(&t, &second, "Repeat the passphrase: ", err)) < 0)) {
		return rc;
	}
	if (out->len == 0) return vv_fail(err, VV_EUSAGE, "the passphrase is empty");
	return again && !vv_buf_equal(&second, out)
		       ? vv_fail(err, VV_EUSAGE, "the two passphrases differ")
		       : VV_OK;
}

static vv_status passphrase_of(void *payload, const char *did, vv_buf *out, vv_error *err)
{
	vv_auto(vv_buf) prompt = VV_BUF_INIT;

	vv_buf_printf(&prompt, "Passphrase of %s: ", did);
	return vv_passphrase_get(out, payload, vv_buf_cstr(&prompt), false, err);
}

/* --- keys ------------------------------------------------------------------------------------- */

static vv_status fail_no_key(vv_error *err)
{
	vv_fail(err, VV_ENOTFOUND, "this machine has no key yet");
	return vv_hint_code(err, VV_HINT_KEY_NEW);
}

vv_status vv_key_ring_open(vv_key *out, const vv_env *env, const char *file, vv_error *err)
{
	vv_auto(char) *own = file ? NULL : vv_key_ring_path(env, "key", err);

	if (!file && !own) return err->code;
	if (!file && !vv_exists(own)) return fail_no_key(err);
	return vv_key_file_read(out, file ? file : own, passphrase_of, (void *)(uintptr_t)env, err);
}

vv_status vv_key_ring_read(vv_buf *text, const vv_env *env, const char *name, vv_error *err)
{
	vv_auto(char) *path = vv_key_ring_path(env, name, err);

	if (!path) return err->code;
	return vv_exists(path) ? vv_read_regular(text, path, NAMES_MAX, err) : VV_OK;
}

static bool is_name(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n <= 64 && name[0] != '-' &&
	       !vv_array_find(name, n, c, !vv_is_alnum(*c) && !strchr("-_.@", *c));
}

static bool read_line(uint8_t key[VV_KEY_PUBLIC], const char *line, size_t len)
{
	const size_t at = strcspn(line, " \n") + 1 + VV_DID_KEY;

	return len > at && strncmp(line + at - VV_DID_KEY, "did:key:", VV_DID_KEY) == 0 &&
	       vv_did_key_read(key, line + at, len - at);
}

static vv_status fail_line(const vv_env *env, const char *line, size_t len, size_t number,
			   vv_error *err)
{
	vv_auto(char) *path = vv_key_ring_path(env, "trusted", VV_IGNORED);

	return vv_fail(
		err, VV_EUSAGE,
		"'%s', line %zu: expected NAME DID, found '%s'\nremove this line, and add the key with 'varve vault key trust NAME DID'",
		vv_text_shows(path ? path : "trusted"), number, vv_text_show(line, len));
}

static vv_status fail_no_name(vv_status code, const char *name, vv_error *err)
{
	return vv_fail(
		err, code,
		"no key is named '%s'\nlist the names with 'varve vault key list', or add one with 'varve vault key trust NAME DID'",
		vv_text_shows(name));
}

vv_status vv_key_ring_find(uint8_t out[VV_KEY_PUBLIC], const vv_env *env, const char *word,
			   vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const size_t n = strlen(word);
	size_t number = 1;
	vv_status rc;

	if (strncmp(word, "did:", 4) == 0) return vv_did_read(out, word, err);
	if ((rc = vv_key_ring_read(&text, env, "trusted", err)) < 0) return rc;
	for (vv_line l = {.rest = vv_buf_cstr(&text)}; vv_line_next(&l); number++) {
		if (n > 0 && strncmp(l.text, word, n) == 0 && l.text[n] == ' ') {
			return read_line(out, l.text, l.len)
				       ? VV_OK
				       : fail_line(env, l.text, l.len, number, err);
		}
	}
	return fail_no_name(VV_EUSAGE, word, err);
}

/* The file again, without the line of this name. *had: there was one. */
static vv_status without_name(vv_buf *out, const vv_env *env, const char *name, bool *had,
			      vv_error *err)
{
	vv_auto(vv_buf) old = VV_BUF_INIT;
	const size_t n = strlen(name);
	vv_status rc = vv_key_ring_read(&old, env, "trusted", err);

	*had = false;
	for (vv_line l = {.rest = vv_buf_cstr(&old)}; rc == VV_OK && vv_line_next(&l);) {
		if (strncmp(l.text, name, n) == 0 && l.text[n] == ' ') {
			*had = true;
		} else if (l.len > 0) {
			vv_buf_printf(out, "%.*s\n", (int)l.len, l.text);
		}
	}
	return rc < 0 ? rc : vv_buf_ok(out, err);
}

static vv_status write_names(const vv_env *env, const vv_buf *text, vv_error *err)
{
	vv_auto(char) *path = vv_key_ring_path(env, "trusted", err);
	vv_status rc = path ? vv_buf_ok(text, err) : err->code;

	if (rc < 0 || (rc = vv_mkdirs_above(path, err)) < 0) return rc;
	return vv_write_file(path, vv_buf_cstr(text), text->len, true, err);
}

vv_status vv_key_ring_trust(const vv_env *env, const char *name, const uint8_t key[VV_KEY_PUBLIC],
			    vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	bool had;
	vv_status rc;

	if (!is_name(name)) {
		return vv_fail(
			err, VV_EUSAGE,
			"'%s' is not a valid name for a key\nuse 1 to 64 letters, digits, '_', "
			"'.' and '@', and '-' after the first character",
			vv_text_shows(name));
	}
	if ((rc = without_name(&text, env, name, &had, err)) < 0) return rc;
	vv_buf_printf(&text, "%s %s\n", name, vv_did_shows(key));
	return write_names(env, &text, err);
}

vv_status vv_key_ring_untrust(const vv_env *env, const char *name, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	bool had;
	vv_status rc = without_name(&text, env, name, &had, err);

	if (rc < 0 || had) return rc < 0 ? rc : write_names(env, &text, err);
	return fail_no_name(VV_ENOTFOUND, name, err);
}

vv_status vv_key_ring_own(uint8_t out[VV_KEY_PUBLIC], const vv_env *env, vv_error *err)
{
	vv_auto(char) *path = vv_key_ring_path(env, "key", err);
	char did[VV_DID_TEXT];
	bool sealed;

	if (!path) return err->code;
	if (!vv_exists(path)) return fail_no_key(err);
	vv_status rc = vv_key_file_look(did, &sealed, path, err);
	return rc < 0 ? rc : vv_did_read(out, did, err);
}
