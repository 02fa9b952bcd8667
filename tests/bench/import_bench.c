/*
 * import_bench: the data path without Git: import, re-import, restore, with times.
 *
 * import_bench STORE_DIR FILE [NEXT_FILE...]
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "dataset/table/bytes.h"
#include "dataset/table/import.h"
#include "dataset/table/table.h"

static void must(vv_status rc, const vv_error *err)
{
	if (rc < 0) {
		fprintf(stderr, "%s\n", err->message);
		exit(2);
	}
}

static vv_status to_fd(void *payload, const void *bytes, size_t len, vv_error *err)
{
	return vv_write_full(*(int *)payload, bytes, len, "out", err);
}

static void run(vv_store *store, vv_pool *pool, const char *file, vv_import_result *now, bool first)
{
	vv_error err;
	vv_stat st;
	vv_writer *writer;
	vv_sink sink;
	vv_source source;
	vv_fd_source fds;
	vv_import_result next;
	vv_import_options opts = {
		.hints = VV_SNIFF_HINTS_INIT, .secret = 9, .temp_dir = "/tmp", .pool = pool};
	int fd = vv_open(file, O_RDONLY, 0, &err);
	must(fd < 0 ? (vv_status)fd : VV_OK, &err);
	must(vv_fstat(&st, fd, file, &err), &err);
	uint64_t t0 = vv_monotonic_ms();
	must(vv_writer_open(&writer, store, 1000, &err), &err);
	vv_sink_writer(&sink, writer);
	vv_source_fd(&source, &fds, fd, file, st.size);
	if (!first) {
		opts.parent = &now->root;
		opts.cache = now->cache;
	}
	must(vv_import(&next, &source, &sink, &opts, &err), &err);
	uint64_t t1 = vv_monotonic_ms();
	must(vv_writer_commit(writer, &err), &err);
	vv_writer_stats stats = vv_writer_stats_get(writer);
	vv_writer_close(writer);
	vv_close(fd, NULL, NULL);
	uint64_t t2 = vv_monotonic_ms();
	printf("%s: %llu rows, import %llu ms, commit %llu ms, groups %llu (%llu new), raw %llu, stored %llu, key %s\n",
	       file, (unsigned long long)next.root.rows, (unsigned long long)(t1 - t0),
	       (unsigned long long)(t2 - t1), (unsigned long long)next.groups,
	       (unsigned long long)next.groups_new, (unsigned long long)stats.raw_bytes,
	       (unsigned long long)stats.stored_bytes,
	       next.root.key_count ? next.root.key[0] : "-");
	if (!first) {
		vv_import_result_clear(now);
	}
	*now = next;
}

int main(int argc, char **argv)
{
	vv_error err;
	vv_store *store;
	vv_import_result now;
	vv_table t;
	vv_sink sink;
	if (argc < 3) return 2;
	vv_pool *pool = vv_pool_new(vv_cpu_count() - 1);
	must(vv_store_open(&store, argv[1], true, &err), &err);
	for (int i = 2; i < argc; i++) {
		run(store, pool, argv[i], &now, i == 2);
	}
	uint64_t t0 = vv_monotonic_ms();
	int fd = open("/dev/null", O_WRONLY);
	vv_sink_dry(&sink, store);
	must(vv_table_open(&t, &sink, &now.cid, &err), &err);
	must(vv_table_bytes(&t, to_fd, &fd, pool, NULL, &err), &err);
	printf("restore %llu bytes: %llu ms\n", (unsigned long long)t.root.bytes,
	       (unsigned long long)(vv_monotonic_ms() - t0));
	vv_table_close(&t);
	vv_import_result_clear(&now);
	vv_store_close(store);
	vv_pool_free(pool);
	return 0;
}
