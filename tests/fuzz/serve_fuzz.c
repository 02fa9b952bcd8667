/*
 * The input is the messages of a client to a server of a small repository. Answers are always
 * whole frames, and no ref moves, since the owner's policy refuses every push.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "repo/git/history/refs.h"
#include "repo/known/incoming.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/transport/memory_line.h"
#include "tests/unit/transport/small_history.h"
#include "transport/protocol/frame.h"
#include "transport/protocol/serve.h"

static char dir[] = "/tmp/varve-serve-XXXXXX";
static vv_repository *repo;
static vv_oid tip;

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static int no_fsync(int fd)
{
	(void)fd;
	return 0;
}

static void finish(void)
{
	vv_repository_close(repo);
	(void)vv_remove_tree(dir, NULL);
}

static void prepare(void)
{
	vv_oid first;

	vv_sys_ops.fsync = no_fsync;
	require(mkdtemp(dir) && atexit(finish) == 0 && setenv("HOME", dir, 1) == 0 &&
		setenv("GIT_CONFIG_NOSYSTEM", "1", 1) == 0 && unsetenv("GIT_DIR") == 0);
	repo = small_repository(dir);
	(void)small_version(repo, 0);
	(void)small_version(repo, 1);
	first = small_commit(repo, 0, NULL);
	tip = small_commit(repo, 1, &first);
	small_ref(repo, "refs/heads/main", &tip);
	small_ref(repo, "refs/tags/old", &first);
}

static vv_status refuse(void *payload, vv_repository *with, vv_incoming *in,
			const vv_push_ref *refs, size_t count, vv_buf *report, vv_error *err)
{
	(void)payload;
	require(with && in && (refs || count == 0));
	vv_buf_puts(report, "looked at\n");
	return vv_fail(err, VV_EREFUSED, "nothing moves here");
}

/* The greeting, and whole frames, of which the last is an end. */
static void check_answers(const vv_buf *said)
{
	const size_t greeting = strlen(VV_GREETING);
	memory_line m = {.out = VV_BUF_INIT};
	vv_frame_reader in;
	vv_error err = {0};
	uint8_t type = VV_FRAME_END, last;
	bool end;
	vv_channel *line = memory_line_open(&m, said->data + greeting, said->len - greeting);

	require(line && memcmp(said->data, VV_GREETING, greeting) == 0);
	do {
		last = type;
		require(vv_channel_at_end(line, &end, &err) == VV_OK);
		if (!end) {
			vv_frame_reader_init(&in, line, UINT64_MAX);
			if (vv_frame_read(&in, &type, &err) < 0) {
				require(strncmp(err.message, "remote: ", 8) == 0);
				type = VV_FRAME_END;
			}
			vv_frame_reader_clear(&in);
		}
	} while (!end);
	require(last == VV_FRAME_END);
	vv_channel_close(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	memory_line m = {.out = VV_BUF_INIT};
	vv_serve s = {
		.writable = true,
		.limits = {.bytes = 1u << 20,
			   .blocks = 1000,
			   .git = {.objects = 1000, .bytes = 1u << 24, .object_bytes = 1u << 20}},
		.policy = refuse};
	vv_channel *line;
	vv_error err = {0};
	vv_ref ref;

	if (size > 65536) return 0;
	if (!repo) {
		prepare();
	}
	s.repo = repo;
	line = memory_line_open(&m, data, size);
	require(line != NULL);
	vv_status rc = vv_serve_line(&s, line, &err);
	require(rc == VV_OK || (err.code == rc && err.message[0] != '\0'));
	vv_channel_close(line);
	check_answers(&m.out);
	vv_buf_clear(&m.out);
	require(vv_incoming_expire(repo, 0, &err) == VV_OK);
	require(vv_ref_get(repo, "refs/heads/main", &ref, &err) == VV_OK);
	require(vv_oid_equal(&ref.id, &tip));
	vv_ref_clear(&ref);
	return 0;
}
