/*
 * receipt: the lines of the log, and how each is tied to the one before.
 */
#include "transport/protocol/receipt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hint.h"
#include "base/json/json_list.h"
#include "base/locks/file_lock.h"
#include "base/locks/own_file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/store.h"
#include "transport/line/url.h"

#define LOG_MAX (256u << 20)
#define LOCK_WAIT_MS 5000u

static vv_status hash_line(char out[2 * VV_SHA256_LEN + 1], const char *line, size_t len,
			   vv_error *err)
{
	uint8_t hash[VV_SHA256_LEN];
	vv_status rc = vv_sha256(hash, line, len, err);
	if (rc == VV_OK) {
		vv_hex_write(out, hash, sizeof hash);
	}
	return rc;
}

/* The last whole line of the log: its hash; "" where there is none. A torn last line (a crash)
 * is not a line: *end is where the next begins. */
static vv_status last_hash(int fd, const char *path, char out[2 * VV_SHA256_LEN + 1], uint64_t *end,
			   vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_stat st;
	vv_status rc = vv_fstat(&st, fd, path, err);

	out[0] = '\0';
	*end = 0;
	if (rc < 0 || st.size == 0) return rc;
	if (st.size > LOG_MAX || !vv_buf_reserve(&text, (size_t)st.size)) {
		return vv_fail(err, VV_EREFUSED,
			       "'%s' is too large: %s\nmove the file to another place",
			       vv_text_shows(path), vv_text_bytes(st.size));
	}
	ssize_t n = vv_pread_full(fd, text.data, (size_t)st.size, 0, path, err);
	if (n < 0) {
		rc = (vv_status)n;
	} else {
		size_t len = (size_t)n;
		while (len > 0 && text.data[len - 1] != '\n') {
			len--;
		}
		*end = len;
		size_t start = len > 0 ? len - 1 : 0;
		while (start > 0 && text.data[start - 1] != '\n') {
			start--;
		}
		rc = len > 0 ? hash_line(out, text.data + start, len - 1 - start, err) : VV_OK;
	}
	return rc;
}

static void put_line(vv_buf *b, const char *prev, const vv_supplier *s, const vv_cid *roots,
		     size_t count)
{
	vv_auto(vv_url) u = {0};
	bool readable = vv_url_read(&u, s->name, NULL) == VV_OK; /* without passwords */
	vv_json_out w = vv_json_begin_object(b, 0);
	vv_json_put_members(&w, {JSON_TEXT("prev", prev)}, {JSON_TIME("time", vv_now_sec())},
			    {JSON_TEXT("peer", readable ? u.text : s->name)},
			    {JSON_EACH(vv_cid_json, "roots", roots, count)},
			    {JSON_NUMBER("blocks", s->blocks)}, {JSON_NUMBER("bytes", s->bytes)},
			    {JSON_NUMBER("ms", s->ms)});
	vv_json_close_object(&w);
	vv_buf_putc(b, '\n');
}

static char *log_path(vv_repository *r)
{
	return vv_path_join(vv_repository_varvedir(r), "receipts", (char *)NULL);
}

static vv_status append_lines(int fd, const char *path, const vv_supplier *suppliers, size_t count,
			      const vv_cid *roots, size_t root_count, vv_error *err)
{
	char prev[2 * VV_SHA256_LEN + 1];
	uint64_t end;
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_status rc;

	if ((rc = last_hash(fd, path, prev, &end, err)) < 0) return rc;
	vv_array_each(suppliers, count, supplier) {
		size_t start = b.len;

		if (supplier->blocks == 0) {
			continue;
		}
		put_line(&b, prev, supplier, roots, root_count);
		if ((rc = vv_buf_ok(&b, err)) < 0 ||
		    (rc = hash_line(prev, b.data + start, b.len - 1 - start, err)) < 0) {
			return rc;
		}
	}
	if (vv_sys_ops.ftruncate(fd, (off_t)end) != 0 || lseek(fd, (off_t)end, SEEK_SET) < 0) {
		return vv_fail_errno(err, "cannot write", path);
	}
	if (b.len > 0 && (rc = vv_write_full(fd, b.data, b.len, path, err)) == VV_OK) {
		rc = vv_fsync(fd, path, err);
	}
	return rc;
}

vv_status vv_receipts_add(vv_repository *r, const vv_supplier *suppliers, size_t count,
			  const vv_cid *roots, size_t root_count, vv_error *err)
{
	vv_auto(char) *path = log_path(r);
	vv_auto(char) *lock_path = vv_path_join(vv_repository_varvedir(r), "receipts.lock",
						(char *)NULL);

	if (!path || !lock_path) return vv_fail_nomem(err);
	vv_auto(vv_fd) lock = vv_lock(lock_path, true, LOCK_WAIT_MS, err);
	const int fd = lock < 0 ? lock : vv_open_own(path, O_RDWR | O_CREAT, err);
	if (fd < 0) return (vv_status)fd;
	const vv_status rc = append_lines(fd, path, suppliers, count, roots, root_count, err);
	return vv_close_after(rc, fd, path, err);
}

/* --- reading -------------------------------------------------------------------------------- */

static bool names_root(const vv_json *line, const char *root)
{
	const vv_json *roots = vv_json_get(line, "roots");
	for (const vv_json *e = roots ? roots->first : NULL; e; e = e->next) {
		if (e->type == VV_JSON_STRING && e->text_len == VV_CID_TEXT &&
		    memcmp(e->text, root, VV_CID_TEXT) == 0) {
			return true;
		}
	}
	return false;
}

static bool read_members(vv_receipt *out, const vv_json *line)
{
	*out = (vv_receipt){.time = vv_json_get_string(line, "time"),
			    .peer = vv_json_get_string(line, "peer")};
	return out->time && out->peer && vv_json_get_u64(&out->blocks, line, "blocks") &&
	       vv_json_get_u64(&out->bytes, line, "bytes") && vv_json_get_u64(&out->ms, line, "ms");
}

vv_status vv_receipts_of(vv_repository *r, const vv_cid *root, vv_receipt_fn fn, void *payload,
			 vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	char prev[2 * VV_SHA256_LEN + 1] = "";
	vv_auto(char) *path = log_path(r);
	uint64_t number = 0;
	vv_status rc = path ? vv_read_regular(&text, path, LOG_MAX, err) : vv_fail_nomem(err);

	if (rc == VV_ENOTFOUND) return VV_OK;
	if (rc == VV_EINPUT) {
		(void)vv_hint_code(err, VV_HINT_FSCK_REPAIR);
		return vv_recode(err, VV_ECORRUPT);
	}
	const char *p = vv_buf_cstr(&text), *end = p + text.len, *nl;
	for (; rc == VV_OK && p < end && (nl = memchr(p, '\n', (size_t)(end - p))) != NULL;
	     p = nl + 1) {
		vv_receipt receipt;
		vv_json *line;
		number++;
		vv_arena_reset(&arena);
		rc = vv_json_read(&line, &arena, p, (size_t)(nl - p), path, err);
		const char *said = rc == VV_OK ? vv_json_get_string(line, "prev") : NULL;
		if (rc == VV_ENOMEM) return rc;
		if (rc < 0 || !said || strcmp(said, prev) != 0 || !read_members(&receipt, line)) {
			(void)vv_fail(err, VV_ECORRUPT,
				      "'%s', line %llu, does not match the line before it",
				      vv_text_shows(path), (unsigned long long)number);
			return vv_hint_code(err, VV_HINT_FSCK_REPAIR);
		}
		rc = hash_line(prev, p, (size_t)(nl - p), err);
		if (rc == VV_OK && root && names_root(line, vv_cid_shows(root))) {
			rc = fn(payload, &receipt, err);
		}
	}
	return rc;
}

/* --- damage ----------------------------------------------------------------------------------- */

/* Moves the log to the first unused folder. */
static vv_status move_log(const char *path, const char *varvedir, char **kept, vv_error *err)
{
	vv_auto(char) *damaged = vv_path_join(varvedir, VV_DAMAGED_DIR, (char *)NULL);

	if (!damaged) return vv_fail_nomem(err);
	for (unsigned n = 1;; n++) {
		char number[24];

		(void)snprintf(number, sizeof(number), "%u", n);
		vv_auto(char) *folder = vv_path_join(damaged, number, (char *)NULL);
		if (!folder) return vv_fail_nomem(err);
		if (vv_exists(folder)) {
			continue;
		}
		vv_auto(char) *to = vv_path_join(folder, "receipts", (char *)NULL);
		vv_status rc = to ? vv_mkdirs(folder, err) : vv_fail_nomem(err);
		if (rc < 0 || (rc = vv_rename(path, to, err)) < 0 ||
		    (rc = vv_fsync_dir(folder, err)) < 0 || (rc = vv_fsync_dir(damaged, err)) < 0 ||
		    (rc = vv_fsync_dir(varvedir, err)) < 0) {
			return rc;
		}
		return vv_hand_over(kept, &to);
	}
}

vv_status vv_receipts_move_damaged(vv_repository *r, char **kept, vv_error *err)
{
	vv_auto(char) *path = log_path(r);
	vv_auto(char) *lock_path = vv_path_join(vv_repository_varvedir(r), "receipts.lock",
						(char *)NULL);
	vv_status rc;

	*kept = NULL;
	if (!path || !lock_path) return vv_fail_nomem(err);
	vv_auto(vv_fd) lock = vv_lock(lock_path, true, LOCK_WAIT_MS, err);
	if (lock < 0) return (vv_status)lock;
	rc = vv_receipts_of(r, NULL, NULL, NULL, err);
	return rc == VV_ECORRUPT ? move_log(path, vv_repository_varvedir(r), kept, err) : rc;
}
