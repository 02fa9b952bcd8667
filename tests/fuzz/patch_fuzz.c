/*
 * Reads the input as a patch and applies it, in every way, to one table: it may fit or
 * not, but the result is readable, and errors are reported. The checksums of sections
 * are put right first, so that the fuzzer gets past them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/table.h"
#include "diff/merge/patch.h"
#include "tests/fuzz/fuzz.h"

static const char target[] = "id,name,price\n1,lamp,9\n2,\"chair\",5\n3,desk,7\r\n4,bed,\n";

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

typedef struct input {
	vv_buf patch;
	uint64_t at;
	vv_mem_sink *blocks;
	vv_sink sink;
	vv_cid cid;
} input;

static ssize_t read_input(void *payload, void *buf, size_t len, vv_error *err)
{
	input *in = payload;
	size_t left = in->at < in->patch.len ? in->patch.len - (size_t)in->at : 0,
	       n = left < len ? left : len;
	(void)err;
	if (n > 0) {
		memcpy(buf, in->patch.data + in->at, n);
	}
	in->at += n;
	return (ssize_t)n;
}

static vv_status seek_input(void *payload, uint64_t offset, vv_error *err)
{
	(void)err;
	((input *)payload)->at = offset;
	return VV_OK;
}

static vv_status open_target(void *payload, const char *path, const vv_root *before VV_UNUSED,
			     vv_table *out, bool *exists, vv_error *err)
{
	input *in = payload;
	*exists = strcmp(path, "t.csv") == 0;
	return *exists && out ? vv_table_open(out, &in->sink, &in->cid, err) : VV_OK;
}

static vv_status open_base(void *payload, const vv_cid *root, vv_table *out, bool *exists,
			   vv_error *err)
{
	input *in = payload;
	*exists = vv_cid_equal(root, &in->cid);
	return *exists ? vv_table_open(out, &in->sink, &in->cid, err) : VV_OK;
}

static vv_status put(void *payload, const char *path, const void *bytes, size_t len, vv_error *err)
{
	(void)payload;
	(void)err;
	require(path && bytes && len > 0);
	return VV_OK;
}

static vv_status done(void *payload, const vv_patch_done *d, vv_error *err)
{
	(void)payload;
	(void)err;
	require(d->path && (d->old_path || !d->removed));
	return VV_OK;
}

static vv_status misfit(void *payload, const vv_patch_misfit *m, vv_error *err)
{
	(void)payload;
	(void)err;
	require(m->path && m->expected);
	return VV_OK;
}

static void import(input *in)
{
	static const char *const key[] = {"id", NULL};
	vv_import_options io = {.kind = VV_KIND_TABLE,
				.hints = VV_SNIFF_HINTS_INIT,
				.key = key,
				.key_source = VV_KEY_DECLARED,
				.temp_dir = "/tmp"};
	vv_import_result r;
	vv_source source;
	vv_mem_source storage;
	io.hints.header = 1;
	vv_source_mem(&source, &storage, target, strlen(target), "t.csv");
	require(vv_import(&r, &source, &in->sink, &io, NULL) == VV_OK);
	in->cid = r.cid;
	vv_import_result_clear(&r);
}

static bool begins(const char *line, size_t len, const char *with)
{
	return len >= strlen(with) && memcmp(line, with, strlen(with)) == 0;
}

/* The input with the right checksums. */
static void mend(vv_buf *out, const char *data, size_t size)
{
	vv_xxh3_state *h = vv_xxh3_new(0);
	require(h != NULL);
	while (size > 0) {
		const char *end = memchr(data, '\n', size);
		size_t len = end ? (size_t)(end - data) + 1 : size;
		if (begins(data, len, "{\"type\":\"table\"")) {
			vv_xxh3_reset(h, 0);
		}
		if (begins(data, len, "{\"type\":\"summary\"")) {
			vv_hash128 sum = vv_xxh3_digest128(h);
			vv_buf_printf(out, "{\"type\":\"summary\",\"xxh3\":\"%016llx%016llx\"}\n",
				      (unsigned long long)sum.hi, (unsigned long long)sum.lo);
		} else {
			vv_xxh3_update(h, data, len);
			vv_buf_put(out, data, len);
		}
		data += len;
		size -= len;
	}
	vv_xxh3_free(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static input in; /* the table is the same every time */
	const vv_patch_source source = {read_input, seek_input, &in, "patch"};
	vv_patch_apply_options o = {.open = open_target,
				    .base = open_base,
				    .put = put,
				    .done = done,
				    .misfit = misfit,
				    .payload = &in,
				    .temp_dir = "/tmp"};
	if (size > 16384) return 0;
	if (!in.blocks) {
		require(vv_mem_sink_new(&in.blocks, NULL, "/tmp", NULL) == VV_OK);
		vv_mem_sink_use(&in.sink, in.blocks);
		import(&in);
	}
	mend(&in.patch, (const char *)data, size);
	for (int i = 0; i < 6; i++) {
		vv_error err = {0};
		in.at = 0;
		o.reverse = i >= 3;
		o.mode = (vv_patch_mode)(i % 3);
		vv_status rc = vv_patch_apply(&source, &o, &err);
		require(rc == VV_OK || (err.code == rc && err.message[0] != '\0'));
		require(rc == VV_OK || rc == VV_EINPUT || rc == VV_ECONFLICT || rc == VV_EREFUSED ||
			rc == VV_ENOSUPPORT);
	}
	vv_buf_clear(&in.patch);
	return 0;
}
