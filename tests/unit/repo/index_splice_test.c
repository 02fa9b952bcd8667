#define git_commit git_commit_of_fixture /* libgit2 has a type of that name */
#include "tests/unit/repo/git_fixture.h"
#undef git_commit

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/codec.h"
#include "base/file.h"
#include "base/sys.h"
#include "repo/git/index/index_splice.h"

/* git update-index is the witness: random edits of random indexes, put in by both. */

static const char *const paths[] = {"a",  "a.b",   "a/b",   "a/b/c", "a/c",
				    "a0", "b",     "b/x/y", "b/x/z", "c/\xc3\xa9",
				    "d",  "d/e/f", "d/e/g", "zz"};

#define PATHS (sizeof paths / sizeof paths[0])

static vv_buf read_index(void)
{
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	vv_assert_ok(vv_read_file(&b, ".git/index", 1 << 20, &err), &err);
	return b;
}

/* An index of some of the paths, with cached trees of all or some folders, and flags. */
static void make_index(vv_prng *seed)
{
	vv_buf script = VV_BUF_INIT;

	vv_buf_puts(&script, "rm -f .git/index; git update-index --index-info <<E\n");
	for (size_t i = 0; i < PATHS; i++) {
		if (vv_prng_below(seed, 2)) {
			vv_buf_printf(&script,
				      "100%s e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\t%s\n",
				      vv_prng_below(seed, 4) ? "644" : "755", paths[i]);
		}
	}
	vv_buf_puts(&script, "E\n");
	if (vv_prng_below(seed, 3)) {
		vv_buf_puts(&script, "git write-tree > /dev/null;");
	}
	if (vv_prng_below(seed, 4) == 0) {
		vv_buf_puts(
			&script,
			"f=$(git ls-files -z | tr \"\\\\0\" \"\\\\n\" | head -1); git update-index --skip-worktree \"$f\";");
	}
	if (vv_prng_below(seed, 4) == 0) {
		vv_buf_puts(&script, "git update-index --add --replace --cacheinfo 100644,"
				     "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391,d/e/new;");
	}
	sh("git hash-object -w -t blob /dev/null > /dev/null; %s", vv_buf_cstr(&script));
	vv_buf_clear(&script);
}

static size_t make_edits(vv_index_edit *edits, size_t max, vv_prng *seed)
{
	size_t count = vv_prng_below(seed, max) + 1;

	memset(edits, 0, count * sizeof *edits);
	for (size_t i = 0; i < count; i++) {
		vv_index_edit *e = &edits[i];

		e->path = (char *)(uintptr_t)paths[vv_prng_below(seed, PATHS)];
		e->remove = vv_prng_below(seed, 3) == 0;
		e->entry.path = e->path;
		e->entry.mode = vv_prng_below(seed, 3) ? 0100644 : 0120000;
		e->entry.mtime.seconds = (int32_t)vv_prng_u64(seed);
		e->entry.ctime.nanoseconds = (uint32_t)vv_prng_below(seed, 1000000000);
		e->entry.file_size = (uint32_t)vv_prng_u64(seed);
		e->entry.dev = (uint32_t)vv_prng_u64(seed);
		e->entry.ino = (uint32_t)vv_prng_u64(seed);
		memset(e->entry.id.id, 1 + (int)vv_prng_below(seed, 200), 20);
	}
	return count;
}

/* What git update-index makes of .git/index. */
static void edit_by_git(const vv_index_edit *edits, size_t count)
{
	vv_buf script = VV_BUF_INIT;
	char hex[41];

	vv_buf_puts(&script, "git update-index --replace --add --index-info <<E\n");
	for (size_t i = 0; i < count; i++) {
		vv_hex_write(hex, edits[i].entry.id.id, 20);
		vv_buf_printf(&script, "%o %s\t%s\n", edits[i].remove ? 0 : edits[i].entry.mode,
			      hex, edits[i].path);
	}
	sh("%sE", vv_buf_cstr(&script));
	vv_buf_clear(&script);
}

/* Entries, their flags, and the tree that Git makes of them with the trees that are cached. */
static const char *shown(void)
{
	return out("git ls-files --stage -v; git write-tree --missing-ok");
}

static void random_edits_are_those_of_git(void **state)
{
	const char *rounds = getenv("VARVE_TEST_ROUNDS");
	unsigned count = rounds ? (unsigned)atoi(rounds) : 60, done_count = 0;
	vv_error err;

	(void)state;
	git_begin();
	for (unsigned n = 0; n < count; n++) {
		vv_buf old, spliced = VV_BUF_INIT;
		vv_index_edit edits[8];
		vv_index_splice s;
		vv_prng seed;
		size_t edit_count;
		char *wanted;
		bool done;

		vv_prng_init(&seed, 500 + n);
		make_index(&seed);
		if (!vv_exists(".git/index")) {
			continue;
		}
		edit_count = make_edits(edits, 8, &seed);
		old = read_index();
		vv_assert_ok(vv_index_splice_read(&s, &old, false, &err), &err);
		assert_true(s.sound);
		vv_assert_ok(vv_index_splice_write(&s, edits, edit_count, &spliced, &done, &err),
			     &err);
		edit_by_git(edits, edit_count);
		if (done) {
			done_count++;
			wanted = vv_strdup(shown());
			vv_assert_ok(
				vv_write_file(".git/index", spliced.data, spliced.len, false, &err),
				&err);
			if (strcmp(wanted, shown()) != 0) {
				fail_msg("round %u:\n%s\n\ngit:\n%s", n, shown(), wanted);
			}
			vv_free(wanted);
		}
		vv_index_splice_clear(&s);
		vv_buf_clear(&spliced);
		vv_buf_clear(&old);
	}
	assert_true(done_count > count / 4);
}

static bool has_bytes(const char *bytes, size_t len, const char *wanted, size_t wanted_len)
{
	for (size_t i = 0; i + wanted_len <= len; i++) {
		if (memcmp(bytes + i, wanted, wanted_len) == 0) return true;
	}
	return false;
}

/* A tree that is cached for a folder without edits stays; Git takes the others from the entries. */
static void cached_trees_stay_where_nothing_changed(void **state)
{
	vv_index_edit edit = {.path = (char *)(uintptr_t) "d/e/f", .entry = {.mode = 0100644}};
	vv_buf old, spliced = VV_BUF_INIT;
	vv_index_splice s, again;
	const char *expected;
	vv_error err;
	bool done;

	(void)state;
	git_begin();
	sh("mkdir -p a/b d/e; echo 1 > a/b/c; echo 2 > d/e/f; echo 3 > d/g; git add .; git write-tree > ../tree");
	sh("echo 4 | git hash-object -w --stdin > ../blob");
	edit.entry.path = edit.path;
	assert_true(vv_hex_read(edit.entry.id.id, 20, out("cat ../blob")));
	old = read_index();
	vv_assert_ok(vv_index_splice_read(&s, &old, false, &err), &err);
	assert_true(s.sound && s.tree_len > 0);
	vv_assert_ok(vv_index_splice_write(&s, &edit, 1, &spliced, &done, &err), &err);
	assert_true(done);
	vv_assert_ok(vv_index_splice_read(&again, &spliced, false, &err), &err);
	assert_true(again.sound);
	expected = again.bytes->data + again.tree;
	assert_memory_equal(expected, "\0-1 2\na\0", 8);
	assert_true(has_bytes(expected, again.tree_len, "d\0-1 1\ne\0-1 0\n", 14));
	assert_true(has_bytes(expected, again.tree_len, "b\0001 0\n", 6));
	vv_index_splice_clear(&again);
	vv_assert_ok(vv_write_file(".git/index", spliced.data, spliced.len, false, &err), &err);
	sh("git write-tree > ../new; test \"$(git rev-parse $(cat ../new):d/e/f)\" = \"$(cat ../blob)\"");
	sh("test \"$(git rev-parse $(cat ../new):a)\" = \"$(git rev-parse $(cat ../tree):a)\"");
	vv_index_splice_clear(&s);
	vv_buf_clear(&spliced);
	vv_buf_clear(&old);
}

/* All numbers of the file stand where Git looks for them. */
static void an_entry_has_the_stat_of_its_file(void **state)
{
	vv_index_edit edit = {.path = (char *)(uintptr_t) "f", .entry = {.mode = 0100755}};
	vv_buf old, spliced = VV_BUF_INIT;
	vv_index_splice s;
	vv_stat st;
	vv_error err;
	bool done;

	(void)state;
	git_begin();
	sh("echo 1 > f; chmod +x f; touch -d '2020-01-02 03:04:05.678' f; git hash-object -w f > ../id; "
	   "echo 2 > e; git add e");
	assert_true(vv_hex_read(edit.entry.id.id, 20, out("cat ../id")));
	vv_assert_ok(vv_lstat(&st, "f", &err), &err);
	edit.entry.mtime.seconds = (int32_t)st.mtime_sec;
	edit.entry.mtime.nanoseconds = st.mtime_nsec;
	edit.entry.ctime.seconds = (int32_t)st.ctime_sec;
	edit.entry.ctime.nanoseconds = st.ctime_nsec;
	edit.entry.dev = (uint32_t)st.dev;
	edit.entry.ino = (uint32_t)st.ino;
	edit.entry.uid = st.uid;
	edit.entry.gid = st.gid;
	edit.entry.file_size = (uint32_t)st.size;
	old = read_index();
	vv_assert_ok(vv_index_splice_read(&s, &old, false, &err), &err);
	vv_assert_ok(vv_index_splice_write(&s, &edit, 1, &spliced, &done, &err), &err);
	assert_true(done);
	sh("git add f; git ls-files --debug > ../theirs");
	vv_assert_ok(vv_write_file(".git/index", spliced.data, spliced.len, false, &err), &err);
	sh("git ls-files --debug > ../ours; cmp ../ours ../theirs");
	vv_index_splice_clear(&s);
	vv_buf_clear(&spliced);
	vv_buf_clear(&old);
}

/* Whatever is not right is left to libgit2, which names it. */
static void damage_and_forms_of_their_own_are_left_alone(void **state)
{
	vv_index_splice s;
	vv_error err;
	vv_buf b;

	(void)state;
	git_begin();
	sh("mkdir -p a; echo 1 > a/b; echo 1 > c; git add .; git write-tree");
	b = read_index();
	for (size_t i = 0; i < b.len; i++) {
		for (int checked = 0; checked < 2; checked++) {
			b.data[i] ^= 0x41;
			vv_assert_ok(vv_index_splice_read(&s, &b, checked, &err), &err);
			assert_true(checked || !s.sound);
			if (s.sound) {
				vv_index_edit edit = {.path = (char *)(uintptr_t) "a/b",
						      .remove = true};
				vv_buf spliced = VV_BUF_INIT;
				bool done;

				vv_assert_ok(
					vv_index_splice_write(&s, &edit, 1, &spliced, &done, &err),
					&err);
				vv_buf_clear(&spliced);
			}
			vv_index_splice_clear(&s);
			b.data[i] ^= 0x41;
		}
	}
	for (size_t len = 0; len < b.len; len++) {
		vv_buf part = VV_BUF_INIT;

		vv_buf_put(&part, b.data, len);
		vv_assert_ok(vv_index_splice_read(&s, &part, true, &err), &err);
		vv_index_splice_clear(&s);
		vv_buf_clear(&part);
	}
	vv_buf_clear(&b);
	sh("git update-index --index-version 4");
	b = read_index();
	vv_assert_ok(vv_index_splice_read(&s, &b, false, &err), &err);
	assert_false(s.sound);
	vv_index_splice_clear(&s);
	vv_buf_clear(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(random_edits_are_those_of_git),
	cmocka_unit_test(cached_trees_stay_where_nothing_changed),
	cmocka_unit_test(an_entry_has_the_stat_of_its_file),
	cmocka_unit_test(damage_and_forms_of_their_own_are_left_alone),
};

VV_TEST_SUITE(index_splice)
