/*
 * rpc_folder: the form that add takes: a part for each file and folder, those of a folder one after the other.
 */
#include "transport/ipfs/rpc_folder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/path.h"
#include "base/show.h"
#include "base/sys.h"
#include "transport/places/rpc.h"
#include "transport/protocol/cid_text.h"

#define TOP "f"

/* --- the request ------------------------------------------------------------------------- */

typedef struct form {
	const char *folder;
	vv_string_list paths; /* below it; of a folder with '/' at the end */
	size_t next;
	vv_buf text; /* heads of parts, and records */
	size_t at;
	int fd; /* a file under way; -1 */
	char *file;
	bool ended;
} form;

static void form_clear(form *f)
{
	vv_string_list_clear(&f->paths);
	vv_buf_clear(&f->text);
	vv_free(f->file);
	if (f->fd >= 0) {
		(void)close(f->fd);
	}
}
VV_AUTO_CLEAR(form, form_clear)

/* The paths below a folder come right after it. */
static int in_depth(const void *a, const void *b)
{
	const uint8_t *x = *(const uint8_t *const *)a, *y = *(const uint8_t *const *)b;

	while (*x && *x == *y) {
		x++;
		y++;
	}
	return (*x == '/' ? 1 : *x) - (*y == '/' ? 1 : *y);
}

static vv_entry_kind kind_of(const vv_folder *f)
{
	vv_stat st;

	if (f->kind != VV_ENTRY_UNKNOWN || vv_lstat(&st, f->path, VV_IGNORED) < 0) return f->kind;
	if (S_ISDIR(st.mode)) return VV_ENTRY_FOLDER;
	return S_ISREG(st.mode) ? VV_ENTRY_FILE : VV_ENTRY_OTHER;
}

static vv_status list_folder(form *f, const char *below, const char *skip, vv_error *err)
{
	vv_auto(char) *dir = vv_path_join(f->folder, below, (char *)NULL);
	vv_auto(vv_folder) entries = {0};
	vv_status rc = dir ? vv_folder_read(&entries, dir, false, err) : vv_fail_nomem(err);

	while (rc == VV_OK && vv_folder_next(&entries)) {
		const vv_entry_kind kind = kind_of(&entries);
		const bool is_folder = kind == VV_ENTRY_FOLDER;

		if (!*below && strcmp(entries.name, skip) == 0) {
			continue;
		}
		if (!is_folder && kind != VV_ENTRY_FILE) {
			return vv_fail(err, VV_EREFUSED, "'%s' is not a file or a folder",
				       vv_text_shows(entries.path));
		}
		vv_auto(char) *path = vv_asprintf("%s%s%s", below, entries.name,
						  is_folder ? "/" : "");
		rc = vv_string_list_add(&f->paths, vv_take(&path), err);
	}
	return rc;
}

/* Those of folders are found while the list is gone through. */
static vv_status list_all(form *f, const char *skip, vv_error *err)
{
	vv_status rc = list_folder(f, "", skip, err);

	for (size_t i = 0; rc == VV_OK && i < f->paths.count; i++) {
		vv_auto(char) *path = vv_strdup(f->paths.items[i]);

		if (!path) return vv_fail_nomem(err);
		if (vv_path_ends(path, "/")) {
			rc = list_folder(f, path, skip, err);
		}
	}
	if (rc == VV_OK && f->paths.count > 0) {
		qsort(f->paths.items, f->paths.count, sizeof(*f->paths.items), in_depth);
	}
	return rc;
}

/* The next part's head, with its file open, or the form's end. */
static vv_status begin_part(form *f, vv_error *err)
{
	vv_buf_reset(&f->text);
	f->at = 0;
	if (f->next == f->paths.count) {
		vv_buf_puts(&f->text, VV_RPC_END);
		f->ended = true;
		return vv_buf_ok(&f->text, err);
	}
	const char *path = f->paths.items[f->next++];
	const bool is_folder = vv_path_ends(path, "/");
	vv_buf_puts(&f->text, VV_RPC_PART TOP "/");
	vv_percent_put(&f->text, path, strlen(path) - is_folder, "/");
	vv_buf_printf(&f->text, VV_RPC_TYPE("%s"), is_folder ? "x-directory" : "octet-stream");
	if (is_folder) {
		vv_buf_puts(&f->text, "\r\n");
		return vv_buf_ok(&f->text, err);
	}
	vv_free(f->file);
	f->file = vv_path_join(f->folder, path, (char *)NULL);
	f->fd = f->file ? vv_open_regular(f->file, O_RDONLY, err) : vv_fail_nomem(err);
	return f->fd < 0 ? (vv_status)f->fd : vv_buf_ok(&f->text, err);
}

static ssize_t give_form(void *payload, void *out, size_t len, vv_error *err)
{
	form *f = payload;
	vv_status rc;

	for (;;) {
		if (f->at < f->text.len) {
			const size_t n = f->text.len - f->at < len ? f->text.len - f->at : len;
			memcpy(out, f->text.data + f->at, n);
			f->at += n;
			return (ssize_t)n;
		}
		if (f->fd >= 0) {
			const ssize_t n = vv_read_full(f->fd, out, len, f->file, err);
			if (n != 0) return n;
			(void)close(f->fd);
			f->fd = -1;
			vv_buf_set(&f->text, "\r\n", 2);
			f->at = 0;
		} else if (f->ended) {
			return 0;
		} else if ((rc = begin_part(f, err)) < 0) {
			return rc;
		}
	}
}

/* --- the answer -------------------------------------------------------------------------- */

/* payload: the CID, a buffer. */
static vv_status take_root(void *payload, const vv_json *line, vv_error *err)
{
	const char *name = vv_json_get_string(line, "Name"),
		   *hash = vv_json_get_string(line, "Hash");
	vv_buf *cid = payload;
	vv_foreign_cid c;

	if (!name || strcmp(name, TOP) != 0 || !hash || !vv_cid_text_read(&c, hash, strlen(hash))) {
		return VV_OK;
	}
	vv_buf_set(cid, hash, strlen(hash));
	return vv_buf_ok(cid, err);
}

typedef struct unpinning {
	const char *pin, *cid;
	vv_string_list others; /* that have this name */
	bool pinned;
} unpinning;

static void unpinning_clear(unpinning *u)
{
	vv_string_list_clear(&u->others);
}
VV_AUTO_CLEAR(unpinning, unpinning_clear)

static vv_status take_pin(void *payload, const vv_json *line, vv_error *err)
{
	unpinning *u = payload;
	const char *name = vv_json_get_string(line, "Name"), *old = vv_json_get_string(line, "Cid");

	if (!name || !old || strcmp(name, u->pin) != 0) return VV_OK;
	u->pinned = u->pinned || strcmp(old, u->cid) == 0;
	return strcmp(old, u->cid) == 0 ? VV_OK
					: vv_string_list_add(&u->others, vv_strdup(old), err);
}

/* Unpins the last publishing's root; blocks of both stay. */
static vv_status unpin_others(vv_rpc *r, const char *node, const char *pin, const char *cid,
			      vv_error *err)
{
	vv_auto(unpinning) u = {.pin = pin, .cid = cid};
	vv_status rc = vv_rpc_ask(r, "pin/ls?type=recursive&names=true&stream=true", NULL, take_pin,
				  &u, err);

	for (size_t i = 0; rc == VV_OK && i < u.others.count; i++) {
		vv_auto(vv_buf) command = VV_BUF_INIT;
		vv_buf_puts(&command, "pin/rm?arg=");
		vv_percent_put(&command, u.others.items[i], strlen(u.others.items[i]), "");
		rc = vv_buf_ok(&command, err);
		rc = rc < 0 ? rc : vv_rpc_ask(r, command.data, NULL, NULL, NULL, err);
	}
	return rc < 0 || u.pinned ? rc
				  : vv_fail(err, VV_EREFUSED,
					    "'%s' has the folder, but it is not pinned", node);
}

vv_status vv_rpc_folder_add(vv_buf *cid, const vv_url *node, const vv_connect_options *o,
			    const char *folder, const char *skip, const char *pin, vv_error *err)
{
	vv_auto(form) f = {.folder = folder, .fd = -1};
	const http_ask give = {.give = give_form, .payload = &f};
	vv_auto(vv_buf) command = VV_BUF_INIT;
	vv_auto(vv_rpc) *rpc = NULL;
	vv_status rc;

	vv_buf_puts(&command, "add?cid-version=1&raw-leaves=true&pin=true&pin-name=");
	vv_percent_put(&command, pin, strlen(pin), "");
	vv_buf_reset(cid);
	if ((rc = vv_buf_ok(&command, err)) < 0 || (rc = list_all(&f, skip, err)) < 0 ||
	    (rc = vv_rpc_open(&rpc, node, o, true, err)) < 0 ||
	    (rc = vv_rpc_ask(rpc, command.data, &give, take_root, cid, err)) < 0) {
		return rc;
	}
	return cid->len > 0 ? unpin_others(rpc, node->text, pin, cid->data, err)
			    : vv_fail(err, VV_EREFUSED, "'%s' did not answer with the folder's CID",
				      node->text);
}

vv_status vv_rpc_name_put(const vv_url *node, const vv_connect_options *o, const char *name,
			  const vv_buf *record, vv_error *err)
{
	vv_auto(vv_buf) command = VV_BUF_INIT, text = VV_BUF_INIT;
	vv_auto(vv_rpc) *rpc = NULL;
	vv_status rc;

	vv_buf_printf(&command, "routing/put?arg=/ipns/%s&allow-offline=true", name);
	vv_buf_puts(&text, VV_RPC_PART "record" VV_RPC_TYPE("octet-stream"));
	vv_buf_put(&text, record->data, record->len);
	vv_buf_puts(&text, "\r\n" VV_RPC_END);
	const http_ask body = {.body = text.data, .body_len = text.len};
	if ((rc = vv_buf_ok(&command, err)) < 0 || (rc = vv_buf_ok(&text, err)) < 0 ||
	    (rc = vv_rpc_open(&rpc, node, o, true, err)) < 0) {
		return rc;
	}
	return vv_rpc_ask(rpc, command.data, &body, NULL, NULL, err);
}
