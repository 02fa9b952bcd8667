/*
 * vault_list: the file.
 */
#include "cmd/vault/hold/vault_list.h"

#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/locks/file_lock.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/vault/hold/key_ring.h"

#define LOCK_MS 5000u

vv_status vv_vault_list_each(const vv_env *env, vv_vault_list_fn fn, void *payload, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = vv_key_ring_read(&text, env, "vaults", err);

	for (vv_line l = {.rest = vv_buf_cstr(&text)}; rc == VV_OK && vv_line_next(&l);) {
		const size_t word = strcspn(l.text, " \n");
		vv_cid vault;
		if (word + 1 < l.len && vv_cid_parse(&vault, l.text, word, VV_IGNORED) == VV_OK) {
			vv_auto(char) *folder = vv_strndup(l.text + word + 1, l.len - word - 1);
			rc = folder ? fn(payload, &vault, folder, err) : vv_fail_nomem(err);
		}
	}
	return rc;
}

/* With the lock. */
static vv_status add_line(const vv_env *env, const char *path, const vv_buf *line, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = vv_key_ring_read(&text, env, "vaults", err);

	if (rc < 0) return rc;
	if (strstr(vv_buf_cstr(&text), vv_buf_cstr(line))) return VV_OK;
	vv_buf_put(&text, line->data, line->len);
	rc = vv_buf_ok(&text, err);
	return rc < 0 ? rc : vv_write_file(path, text.data, text.len, true, err);
}

vv_status vv_vault_list_note(const vv_env *env, const vv_cid *vault, const char *folder,
			     vv_error *err)
{
	vv_auto(char) *path = vv_key_ring_path(env, "vaults", err), *lock = NULL;
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_status rc = path ? VV_OK : err->code;

	vv_buf_printf(&line, "%s %s\n", vv_cid_shows(vault), folder);
	if (rc < 0 || (rc = vv_buf_ok(&line, err)) < 0 || strchr(folder, '\n')) {
		return rc; /* a line has no name with a newline */
	}
	if (!(lock = vv_key_ring_path(env, "vaults.lock", err))) return err->code;
	if ((rc = vv_mkdirs_above(path, err)) < 0) return rc;
	vv_auto(vv_fd) locked = vv_lock(lock, true, LOCK_MS, err);
	return locked < 0 ? (vv_status)locked : add_line(env, path, &line, err);
}
