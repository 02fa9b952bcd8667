/*
 * key_ring: knows where the files are.
 */
#include "cmd/work/vault/key_ring.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/keys/key_file.h"
#include "base/path.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/work/peers/transfer.h"

#define NAMES_MAX (1u << 20)
#define PASSPHRASE_MAX 4096u

char *vv_key_ring_path(const char *name, vv_error *err)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char *path;

	if (config && config[0] == '/') {
		path = vv_path_join(config, "varve", name, (char *)NULL);
	} else if (home && home[0] == '/') {
		path = vv_path_join(home, ".config", "varve", name, (char *)NULL);
	} else {
		vv_fail(err, VV_EUSAGE, "there is no home folder to keep keys in");
		vv_hint(err, "set HOME or XDG_CONFIG_HOME");
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

	if (rc < 0) {
		return vv_prefix(err, "VARVE_PASSPHRASE_FILE");
	}
	out->len = strcspn(vv_buf_cstr(out), "\r\n");
	if (out->data) {
		out->data[out->len] = '\0';
	}
	if (out->len == 0) {
		return vv_fail(err, VV_EUSAGE,
			       "VARVE_PASSPHRASE_FILE: '%s' begins with no passphrase",
			       vv_text_shows(file));
	}
	return VV_OK;
}

static vv_status ask(vv_transfer *t, vv_buf *out, const char *prompt, vv_error *err)
{
	vv_status rc = t->connect.ask(t->connect.payload, prompt, false, out, err);

	if (rc == VV_EREFUSED) {
		vv_fail(err, VV_EREFUSED, "there is no terminal to ask for the key's passphrase");
		vv_hint(err, "VARVE_PASSPHRASE_FILE may name a file that begins with it");
	}
	return rc;
}

vv_status vv_passphrase_get(vv_buf *out, const char *prompt, bool again, vv_error *err)
{
	const char *file = getenv("VARVE_PASSPHRASE_FILE");
	vv_buf second = VV_BUF_INIT;
	vv_transfer t = {0};
	vv_status rc;

	if (file && *file) {
		return passphrase_from(out, file, err);
	}
	if ((rc = vv_transfer_open(&t, NULL, NULL, true, 0, err)) < 0 ||
	    (rc = ask(&t, out, prompt, err)) < 0 ||
	    (again && (rc = ask(&t, &second, "The same once more: ", err)) < 0)) {
		goto done;
	}
	if (out->len == 0) {
		rc = vv_fail(err, VV_EUSAGE, "a passphrase is not empty");
	} else if (again &&
		   (second.len != out->len || memcmp(second.data, out->data, out->len) != 0)) {
		rc = vv_fail(err, VV_EUSAGE, "these are two different passphrases");
	}
done:
	vv_buf_wipe(&second);
	vv_buf_clear(&second);
	vv_transfer_close(&t);
	return rc;
}

static vv_status passphrase_of(void *payload, const char *did, vv_buf *out, vv_error *err)
{
	vv_buf prompt = VV_BUF_INIT;
	vv_status rc;

	(void)payload;
	vv_buf_printf(&prompt, "Passphrase of %s: ", did);
	rc = vv_passphrase_get(out, vv_buf_cstr(&prompt), false, err);
	vv_buf_clear(&prompt);
	return rc;
}

/* --- keys ------------------------------------------------------------------------------------- */

vv_status vv_key_ring_open(vv_key *out, const char *file, vv_error *err)
{
	char *own = file ? NULL : vv_key_ring_path("key", err);
	vv_status rc;

	if (!file && !own) {
		return err->code;
	}
	if (!file && !vv_exists(own)) {
		vv_fail(err, VV_ENOTFOUND, "this machine has no key yet");
		rc = vv_hint(err, "make one with 'varve key new'");
	} else {
		rc = vv_key_file_read(out, file ? file : own, passphrase_of, NULL, err);
	}
	vv_free(own);
	return rc;
}

vv_status vv_key_ring_names(vv_buf *text, vv_error *err)
{
	char *path = vv_key_ring_path("trusted", err);
	vv_status rc;

	if (!path) {
		return err->code;
	}
	rc = vv_exists(path) ? vv_read_regular(text, path, NAMES_MAX, err) : VV_OK;
	vv_free(path);
	return rc;
}

static bool is_name(const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < n; i++) {
		if (!vv_is_alnum(name[i]) && !strchr("-_.@", name[i])) {
			return false;
		}
	}
	return n > 0 && n <= 64 && name[0] != '-';
}

vv_status vv_key_ring_find(uint8_t out[VV_KEY_PUBLIC], const char *word, vv_error *err)
{
	vv_buf text = VV_BUF_INIT;
	const size_t n = strlen(word);
	vv_status rc;

	if (strncmp(word, "did:", 4) == 0) {
		rc = vv_did_read(out, word, err);
		return rc < 0 ? vv_prefix(err, "'%s'", vv_text_shows(word)) : rc;
	}
	if ((rc = vv_key_ring_names(&text, err)) < 0) {
		goto done;
	}
	vv_fail(err, VV_EUSAGE, "no key is called '%s'", vv_text_shows(word));
	rc = vv_hint(err, "'varve key list' shows the names, 'varve key trust NAME DID' gives one");
	for (const char *p = vv_buf_cstr(&text); *p; p += strcspn(p, "\n"), p += *p == '\n') {
		char did[VV_DID_TEXT];
		const char *at = p + n + 1;
		size_t len = strncmp(p, word, n) == 0 && p[n] == ' ' ? strcspn(at, "\n") : 0;
		if (len > 0 && len < sizeof(did)) {
			memcpy(did, at, len);
			did[len] = '\0';
			rc = vv_did_read(out, did, err);
			break;
		}
	}
done:
	vv_buf_clear(&text);
	return rc;
}

vv_status vv_key_ring_trust(const char *name, const uint8_t key[VV_KEY_PUBLIC], vv_error *err)
{
	vv_buf old = VV_BUF_INIT, text = VV_BUF_INIT;
	char did[VV_DID_TEXT], *path = NULL;
	const size_t n = strlen(name);
	vv_status rc;

	if (!is_name(name)) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' is not a name for a key: letters, digits, - _ . @",
			       vv_text_shows(name));
	}
	if ((rc = vv_key_ring_names(&old, err)) < 0) {
		goto done;
	}
	for (const char *p = vv_buf_cstr(&old); *p;) {
		size_t len = strcspn(p, "\n");
		if (!(strncmp(p, name, n) == 0 && p[n] == ' ') && len > 0) {
			vv_buf_printf(&text, "%.*s\n", (int)len, p);
		}
		p += len + (p[len] == '\n');
	}
	vv_did_text(did, key);
	vv_buf_printf(&text, "%s %s\n", name, did);
	if ((rc = vv_buf_ok(&text, err)) < 0) {
		goto done;
	}
	if (!(path = vv_key_ring_path("trusted", err))) {
		rc = err->code;
	} else if ((rc = vv_mkdirs_above(path, err)) == VV_OK) {
		rc = vv_write_file(path, text.data, text.len, true, err);
	}
done:
	vv_free(path);
	vv_buf_clear(&old);
	vv_buf_clear(&text);
	return rc;
}
