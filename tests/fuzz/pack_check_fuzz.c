/*
 * Reads the input as an index of a pack of Git's, or as the index of two. The check always ends; libgit2 can search an accepted index
 * without ending the process.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/sys.h"
#include "repo/git/blob.h"
#include "repo/git/pack_check.h"
#include "repo/git/repository_init.h"
#include "tests/fuzz/fuzz.h"

#define PACK_LEN 700u

static char dir[64], objects[128];

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void finish(void)
{
	(void)vv_remove_tree(dir, NULL);
}

static void put(const char *name, const void *bytes, size_t len)
{
	char path[200];
	vv_error err;

	(void)snprintf(path, sizeof(path), "%s/pack/%s", objects, name);
	require(vv_write_file(path, bytes, len, false, &err) == VV_OK);
}

/* Only size, head and end of the index's pack are read. */
static void prepare(void)
{
	vv_init_options opts = {.program = "varve", .initial_branch = "main"};
	vv_repository *repo;
	bool created;
	vv_error err;

	(void)snprintf(dir, sizeof(dir), "%.40s/varve-packs-XXXXXX",
		       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	require(mkdtemp(dir) && setenv("HOME", dir, 1) == 0 && unsetenv("GIT_DIR") == 0);
	opts.env = vv_fuzz_env();
	require(vv_repository_init(&repo, dir, &opts, &created, &err) == VV_OK);
	vv_repository_close(repo);
	(void)snprintf(objects, sizeof(objects), "%s/.git/objects", dir);
	require(atexit(finish) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t pack[PACK_LEN] = {'P', 'A', 'C', 'K', 0, 0, 0, 2, 0, 0, 0, 2};
	vv_buf text = VV_BUF_INIT;
	vv_repository *repo;
	vv_error err = {0};
	bool several;

	if (size < 24 || size > 65536) return 0;
	if (!objects[0]) {
		prepare();
	}
	several = data[0] & 1;
	/* The end of a pack is the one in its index. */
	memcpy(pack + PACK_LEN - 20, data + (size >= 41 && !several ? size - 40 : 1), 20);
	put("pack-a.pack", pack, sizeof(pack));
	put(several ? "multi-pack-index" : "pack-a.idx", data + 1, size - 1);
	if (vv_git_packs_stay_within(objects, true, &err) == VV_OK) {
		require(vv_repository_open(&repo, dir, vv_fuzz_env(), &err) == VV_OK);
		for (size_t at = 1; at + 20 <= size && at < 4096; at += 20) {
			vv_oid id;

			memcpy(id.id, data + at, sizeof(id.id));
			(void)vv_blob_read(repo, &id, 4096, &text, &err);
			vv_buf_reset(&text);
		}
		vv_repository_close(repo);
	} else {
		require(err.message[0] != '\0');
	}

	vv_buf_clear(&text);
	(void)snprintf((char *)pack, sizeof(pack), "%s/pack/%s", objects,
		       several ? "multi-pack-index" : "pack-a.idx");
	require(vv_unlink((const char *)pack, false, &err) == VV_OK);
	return 0;
}
