/*
 * Applies patches as the command does, with files and patches in memory.
 */
#include "tests/unit/support.h"

#include <string.h>

#include "base/path.h"
#include "base/sys.h"
#include "dataset/table/import.h"
#include "dataset/table/table.h"
#include "tests/unit/diff/patched.h"

void vv_patched_init(vv_patched *p)
{
	memset(p, 0, sizeof(*p));
	vv_tables_init(&p->tables);
}

static void file_clear(vv_patched_file *f)
{
	vv_free(f->path);
	vv_buf_clear(&f->bytes);
	vv_buf_clear(&f->next);
	memset(f, 0, sizeof(*f));
}

void vv_patched_clear(vv_patched *p)
{
	for (size_t i = 0; i < VV_PATCHED_FILES; i++) {
		file_clear(&p->files[i]);
	}
	vv_buf_clear(&p->misfits);
	vv_buf_clear(&p->rejected);
	vv_tables_clear(&p->tables);
}

static vv_patched_file *find(vv_patched *p, const char *path, bool make)
{
	vv_patched_file *free_one = NULL;
	for (size_t i = 0; i < VV_PATCHED_FILES; i++) {
		if (p->files[i].path && strcmp(p->files[i].path, path) == 0) return &p->files[i];
		free_one = !p->files[i].path && !free_one ? &p->files[i] : free_one;
	}
	if (make) {
		assert_non_null(free_one);
		free_one->path = vv_strdup(path);
	}
	return make ? free_one : NULL;
}

void vv_patched_put(vv_patched *p, const char *path, const void *bytes, size_t len)
{
	vv_patched_file *f = find(p, path, true);
	vv_buf_reset(&f->bytes);
	vv_buf_put(&f->bytes, bytes, len);
}

const vv_buf *vv_patched_get(vv_patched *p, const char *path)
{
	const vv_patched_file *f = find(p, path, false);
	return f ? &f->bytes : NULL;
}

vv_status vv_patched_open(vv_patched *p, vv_table *out, const char *path, vv_kind kind,
			  const void *bytes, size_t len, vv_error *err)
{
	static const char *const none[] = {NULL};
	vv_import_options io = {
		.kind = kind, .hints = VV_SNIFF_HINTS_INIT, .secret = 7, .temp_dir = vv_test_dir()};
	vv_import_result r;
	vv_source source;
	vv_mem_source storage;
	io.key = p->key ? p->key : none;
	io.key_source = p->key ? VV_KEY_DECLARED : VV_KEY_NONE;
	io.hints.path = path;
	io.hints.comment = strncmp(path, "comment", 7) == 0 ? '#' : -1;
	io.hints.header = strcmp(vv_path_ext(path), "csv") == 0 ? 1 : -1;
	vv_source_mem(&source, &storage, bytes, len, path);
	vv_status rc = vv_import(&r, &source, &p->tables.sink, &io, err);
	if (rc == VV_OK) {
		rc = vv_table_open(out, &p->tables.sink, &r.cid, err);
		vv_import_result_clear(&r);
	}
	return rc;
}

static vv_status append(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_buf_put(payload, bytes, len);
	return vv_buf_ok(payload, err);
}

vv_status vv_patched_diff(vv_patched *p, vv_buf *out, const char *path, vv_kind kind,
			  const vv_buf *a, const vv_buf *b, vv_error *err)
{
	vv_table x, y;
	bool written = false, open_x = false, open_y = false;
	vv_patch_write_options o = {.write = append,
				    .payload = out,
				    .path = path,
				    .temp_dir = vv_test_dir(),
				    .key = p->by};
	vv_status rc;
	if (a) {
		if ((rc = vv_patched_open(p, &x, path, kind, vv_buf_cstr(a), a->len, err)) < 0) {
			goto done;
		}
		open_x = true;
	}
	if (b) {
		if ((rc = vv_patched_open(p, &y, path, kind, vv_buf_cstr(b), b->len, err)) < 0) {
			goto done;
		}
		open_y = true;
	}
	if ((rc = vv_patch_begin(append, out, err)) < 0 ||
	    (rc = vv_patch_write(a ? &x : NULL, b ? &y : NULL, &o, &written, err)) < 0) {
		goto done;
	}
	rc = vv_patch_end(append, out, written, err);
done:
	if (open_x) {
		vv_table_close(&x);
	}
	if (open_y) {
		vv_table_close(&y);
	}
	return rc;
}

/* --- applying ---------------------------------------------------------------- */

typedef struct stream {
	const vv_buf *bytes;
	uint64_t at;
} stream;

static ssize_t stream_read(void *payload, void *buf, size_t len, vv_error *err)
{
	stream *s = payload;
	(void)err;
	size_t left = s->at < s->bytes->len ? s->bytes->len - (size_t)s->at : 0;
	size_t n = left < len ? left : len;
	n = n > 777 ? 777 : n; /* lines are torn apart */
	if (n > 0) {
		memcpy(buf, s->bytes->data + s->at, n);
	}
	s->at += n;
	return (ssize_t)n;
}

static vv_status stream_seek(void *payload, uint64_t offset, vv_error *err)
{
	(void)err;
	((stream *)payload)->at = offset;
	return VV_OK;
}

static vv_status open_file(void *payload, const char *path, const vv_root *before VV_UNUSED,
			   vv_table *out, bool *exists, vv_error *err)
{
	vv_patched *p = payload;
	const vv_patched_file *f = find(p, path, false);
	*exists = f != NULL;
	return f && out ? vv_patched_open(p, out, path, VV_KIND_TABLE, vv_buf_cstr(&f->bytes),
					  f->bytes.len, err)
			: VV_OK;
}

static vv_status open_base(void *payload, const vv_cid *root, vv_table *out, bool *exists,
			   vv_error *err)
{
	vv_patched *p = payload;
	*exists = !p->without_base;
	return *exists ? vv_table_open(out, &p->tables.sink, root, err) : VV_OK;
}

static vv_patched_file *made(vv_patched *p, const char *path)
{
	vv_patched_file *f = find(p, path, false);
	if (!f) {
		f = find(p, path, true);
		f->made = true;
	}
	return f;
}

static vv_status put(void *payload, const char *path, const void *bytes, size_t len, vv_error *err)
{
	vv_patched_file *f = made(payload, path);
	vv_buf_put(&f->next, bytes, len);
	return vv_buf_ok(&f->next, err);
}

static vv_status done(void *payload, const vv_patch_done *d, vv_error *err)
{
	vv_patched *p = payload;
	(void)err;
	p->done = *d;
	p->done_count++;
	if (d->removed) {
		find(p, d->old_path, false)->removed = true;
	} else {
		made(p, d->path)->done = true;
		if (d->old_path && strcmp(d->old_path, d->path) != 0) {
			find(p, d->old_path, false)->removed = true;
		}
	}
	return VV_OK;
}

static vv_status misfit(void *payload, const vv_patch_misfit *m, vv_error *err)
{
	vv_patched *p = payload;
	vv_buf_printf(&p->misfits, "%s|%s|%s|%s|%s\n", m->path, m->row ? m->row : "-",
		      m->column ? m->column : "-", m->expected ? m->expected : "-",
		      m->found ? m->found : "-");
	return vv_buf_ok(&p->misfits, err);
}

static vv_status reject(void *payload, const char *path, const void *bytes, size_t len,
			vv_error *err)
{
	vv_patched *p = payload;
	(void)path;
	vv_buf_put(&p->rejected, bytes, len);
	return vv_buf_ok(&p->rejected, err);
}

vv_status vv_patched_apply(vv_patched *p, const vv_buf *patch, vv_patch_mode mode, bool reverse,
			   bool check, vv_error *err)
{
	stream s = {.bytes = patch};
	const vv_patch_source source = {stream_read, stream_seek, &s, "p.patch"};
	const vv_patch_apply_options o = {.reverse = reverse,
					  .check = check,
					  .mode = mode,
					  .open = open_file,
					  .base = open_base,
					  .put = put,
					  .done = done,
					  .misfit = misfit,
					  .reject = reject,
					  .payload = p,
					  .temp_dir = vv_test_dir()};
	vv_buf_reset(&p->misfits);
	vv_buf_reset(&p->rejected);
	p->done_count = 0;
	vv_status rc = vv_patch_apply(&source, &o, err);
	for (size_t i = 0; i < VV_PATCHED_FILES; i++) {
		vv_patched_file *f = &p->files[i];
		if (!f->path) {
			continue;
		}
		if (check) {
			assert_int_equal(f->next.len, 0);
		}
		if ((rc < 0 || check) && f->made) {
			file_clear(f);
		} else if (rc == VV_OK && !check && f->removed) {
			file_clear(f);
		} else if (rc == VV_OK && !check && f->done) {
			vv_buf_clear(&f->bytes);
			f->bytes = f->next;
			f->next = (vv_buf)VV_BUF_INIT;
		}
		f->made = f->removed = f->done = false;
		vv_buf_clear(&f->next);
	}
	return rc;
}
