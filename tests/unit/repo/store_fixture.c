/*
 * store_fixture: blocks by number, and stores made of them.
 */
#include "tests/unit/repo/store_fixture.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/sys.h"
#include "repo/blocks/cbor.h"
#include "tests/unit/writer_add.h"

#define ROWS 48u

static vv_sys honest;
static atomic_bool changes;

static ssize_t write_other(int fd, const void *bytes, size_t len)
{
	char *copy = len > 300 && atomic_exchange(&changes, false) ? malloc(len) : NULL;

	if (!copy) return honest.write(fd, bytes, len);
	memcpy(copy, bytes, len);
	copy[200] ^= 1;
	const ssize_t put = honest.write(fd, copy, len);
	free(copy);
	return put;
}

void fx_change_next_write(void)
{
	honest = vv_sys_ops;
	atomic_store(&changes, true);
	vv_sys_ops.write = write_other;
}

bool fx_was_changed(void)
{
	vv_sys_ops = honest;
	return !atomic_load(&changes);
}

char fx_fault[512];

/* Row i changes its value at block numbers n with n % ROWS == i. */
void fx_block(vv_buf *out, unsigned n)
{
	unsigned i;

	for (i = 0; i < ROWS; i++) {
		unsigned version = n >= i ? (n - i) / ROWS + 1 : 0;
		uint64_t mixed = (uint64_t)(i * 131 + version + 1) * 0x9e3779b97f4a7c15u;

		vv_buf_printf(out, "%u,name-%u,%llu,%s\n", i, i * 7,
			      (unsigned long long)(mixed >> 20),
			      mixed & 1 << 19 ? "open" : "closed");
	}
}

vv_cid fx_cid(unsigned n)
{
	vv_buf b = VV_BUF_INIT;
	vv_error err;
	vv_cid cid;

	fx_block(&b, n);
	vv_assert_ok(vv_cid_of(&cid, VV_CODEC_RAW, b.data, b.len, &err), &err);
	vv_buf_clear(&b);
	return cid;
}

void fx_noise(vv_buf *out, unsigned n, size_t len)
{
	vv_prng r;

	vv_prng_init(&r, n);
	assert_true(vv_buf_reserve(out, len));
	vv_prng_bytes(&r, out->data, len);
	out->len = len;
}

void fx_node(vv_buf *out, const vv_cid *links, size_t count)
{
	size_t i;

	vv_cbor_put_map(out, 2);
	vv_cbor_put_key(out, "v");
	vv_cbor_put_text(out, "list", 4);
	vv_cbor_put_key(out, "links");
	vv_cbor_put_array(out, count);
	for (i = 0; i < count; i++) {
		vv_cbor_put_link(out, &links[i]);
	}
}

vv_store *fx_open(const char *dir)
{
	vv_store *s = NULL;
	vv_error err;

	vv_assert_ok(vv_store_open(&s, dir, true, &err), &err);
	return s;
}

void fx_put(vv_writer *w, unsigned n, int base)
{
	vv_buf b = VV_BUF_INIT;
	vv_cid cid = fx_cid(n), base_cid = fx_cid(base < 0 ? 0 : (unsigned)base);
	vv_error err;

	fx_block(&b, n);
	vv_assert_ok(vv_writer_put(w, &cid, b.data, b.len, base < 0 ? NULL : &base_cid, &err),
		     &err);
	vv_buf_clear(&b);
}

void fx_commit(const char *dir, unsigned first, unsigned count, bool chained)
{
	vv_store *s = fx_open(dir);
	vv_writer *w = NULL;
	vv_error err;
	unsigned i;

	vv_assert_ok(vv_writer_open(&w, s, 10000, &err), &err);
	for (i = 0; i < count; i++) {
		fx_put(w, first + i, chained && first + i > 0 ? (int)(first + i - 1) : -1);
	}
	vv_assert_ok(vv_writer_commit(w, &err), &err);
	vv_writer_close(w);
	vv_store_close(s);
}

vv_cid fx_commit_bytes(const char *dir, uint8_t codec, const void *bytes, size_t len)
{
	vv_store *s = fx_open(dir);
	vv_writer *w = NULL;
	vv_error err;
	vv_cid cid;

	vv_assert_ok(vv_writer_open(&w, s, 10000, &err), &err);
	vv_assert_ok(vv_test_add(w, &cid, codec, bytes, len, NULL, &err), &err);
	vv_assert_ok(vv_writer_commit(w, &err), &err);
	vv_writer_close(w);
	vv_store_close(s);
	return cid;
}

vv_status fx_get(vv_store *s, unsigned n, vv_error *err)
{
	vv_buf want = VV_BUF_INIT, got = VV_BUF_INIT;
	vv_cid cid = fx_cid(n);
	vv_status rc = vv_store_get(s, &cid, &got, err);

	if (rc == VV_OK) {
		fx_block(&want, n);
		assert_int_equal(got.len, want.len);
		assert_memory_equal(got.data, want.data, want.len);
	}
	vv_buf_clear(&want);
	vv_buf_clear(&got);
	return rc;
}

bool fx_all_readable(const char *dir, unsigned first, unsigned count)
{
	vv_store *s = fx_open(dir);
	vv_error err;
	bool all = true;
	unsigned i;

	for (i = 0; i < count; i++) {
		vv_status rc = fx_get(s, first + i, &err);

		if (rc < 0) {
			print_message("block %u: %s\n", first + i, err.message);
		}
		all = all && rc == VV_OK;
	}
	vv_store_close(s);
	return all;
}

static bool matches(const char *name, const char *begins, const char *ends)
{
	size_t len = strlen(name), n = strlen(ends);

	return strncmp(name, begins, strlen(begins)) == 0 && len >= n &&
	       strcmp(name + len - n, ends) == 0;
}

static size_t list_matching(const char *dir, const char *begins, const char *ends,
			    const char **first)
{
	char path[1024];
	char **names = NULL;
	size_t count = 0, found = 0, i;
	vv_error err;

	(void)snprintf(path, sizeof path, "%s/packs", dir);
	vv_assert_ok(vv_list_dir(&names, &count, path, &err), &err);
	for (i = 0; i < count; i++) {
		if (matches(names[i], begins, ends) && found++ == 0 && first) {
			*first = vv_test_path("%s/packs/%s", strrchr(dir, '/') + 1, names[i]);
		}
	}
	vv_names_free(names, count);
	return found;
}

const char *fx_one(const char *dir, const char *begins, const char *ends)
{
	const char *first = NULL;

	assert_int_equal(list_matching(dir, begins, ends, &first), 1);
	return first;
}

size_t fx_count(const char *dir, const char *begins, const char *ends)
{
	return list_matching(dir, begins, ends, NULL);
}

unsigned fx_rebuilt;

static vv_status note_fault(void *payload, const char *pack, uint64_t offset, const vv_cid *cid,
			    vv_status state, const char *what, vv_error *err)
{
	unsigned *faults = payload;

	(void)cid;
	(void)err;
	fx_rebuilt += state == VV_ENOTFOUND;
	if (state < 0 && state != VV_ENOTFOUND && (*faults)++ == 0) {
		(void)snprintf(fx_fault, sizeof fx_fault, "%s @ %llu: %s", pack,
			       (unsigned long long)offset, what);
	}
	return VV_OK;
}

unsigned fx_fsck(const char *dir, bool deep)
{
	vv_store *s = fx_open(dir);
	unsigned faults = 0;
	vv_error err;
	vv_status rc;

	fx_fault[0] = '\0';
	fx_rebuilt = 0;
	rc = vv_store_fsck(s, deep, note_fault, &faults, NULL, &err);
	if (rc < 0) {
		(void)snprintf(fx_fault, sizeof fx_fault, "%s", err.message);
		faults++;
	}
	vv_store_close(s);
	return faults;
}

vv_writer *fx_writer(vv_store *s)
{
	vv_writer *w = NULL;
	vv_error err;

	vv_assert_ok(vv_writer_open(&w, s, FX_WAIT_MS, &err), &err);
	return w;
}

int fx_write_as_child(const char *dir, unsigned first, unsigned count)
{
	vv_store *s = NULL;
	vv_writer *w = NULL;
	vv_buf b = VV_BUF_INIT;
	vv_error err;
	int failed = vv_store_open(&s, dir, true, &err) < 0;
	unsigned i;

	for (i = 0; !failed && i < count; i++) {
		vv_cid cid;

		vv_buf_reset(&b);
		fx_block(&b, first + i);
		failed = vv_writer_open(&w, s, FX_WAIT_MS, &err) < 0 ||
			 vv_test_add(w, &cid, VV_CODEC_RAW, b.data, b.len, NULL, &err) < 0 ||
			 vv_writer_commit(w, &err) < 0;
		vv_writer_close(w);
		w = NULL;
	}
	vv_buf_clear(&b);
	vv_store_close(s);
	return failed;
}

unsigned fx_readable(const char *dir, unsigned first, unsigned count)
{
	vv_store *s = fx_open(dir);
	unsigned n = 0, i;
	vv_error err;

	for (i = 0; i < count; i++) {
		n += fx_get(s, first + i, &err) == VV_OK;
	}
	vv_store_close(s);
	return n;
}

vv_status fx_mark(void *payload, vv_gc *gc, vv_error *err)
{
	fx_marking *m = payload;
	bool second = m->passes++ > 0 && m->second_count > 0;
	unsigned first = second ? m->second_first : m->first,
		 count = second ? m->second_count : m->count, i;
	vv_status rc = VV_OK;

	for (i = 0; rc == VV_OK && i < count; i++) {
		vv_cid cid = fx_cid(first - i), newer = fx_cid(first - i + 1);
		bool is_first;

		rc = vv_gc_mark(gc, &cid, m->chained && i > 0 ? &newer : NULL, &is_first, err);
		m->firsts += rc == VV_OK && is_first;
	}
	if (m->passes == 1 && m->between) {
		m->between(m);
	}
	return rc;
}

vv_gc_result fx_gc(const char *dir, int64_t now, uint64_t grace, fx_marking *m)
{
	vv_gc_options opts = {.now_sec = now, .grace_sec = grace, .dry_run = false};
	vv_store *s = fx_open(dir);
	vv_gc_result result;
	vv_error err;

	vv_assert_ok(vv_store_gc(s, &opts, fx_mark, m, &result, &err), &err);
	vv_store_close(s);
	assert_int_equal(fx_count(dir, "gctmp-", ""), 0);
	return result;
}
