#include "tests/unit/repo/git_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "repo/git/history/date.h"
#include "repo/git/history/identity.h"
#include "repo/git/index/index.h"

/* --- helpers ---------------------------------------------------------------- */

/* --- objects ------------------------------------------------------------------------- */

static void blobs_are_read_within_a_limit(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_repository *r;
	vv_error err;
	uint64_t size;
	vv_oid id;

	(void)state;
	git_begin();
	id = oid_of(out("seq 1000 | git hash-object -w --stdin"));
	r = open_here();
	vv_assert_ok(vv_blob_size(r, &id, &size, &err), &err);
	assert_int_equal(size, 3893);
	vv_assert_status(vv_blob_read(r, &id, 3892, &b, &err), VV_EREFUSED, &err);
	assert_int_equal(b.len, 0);
	vv_assert_ok(vv_blob_read(r, &id, 3893, &b, &err), &err);
	assert_int_equal(b.len, 3893);
	id.id[0] ^= 1;
	vv_assert_status(vv_blob_read(r, &id, 3893, &b, &err), VV_EMISSING, &err);
	vv_buf_clear(&b);
	vv_repository_close(r);
}

static void a_blob_with_the_bytes_of_another_is_damaged(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_repository *r;
	vv_error err;
	vv_oid id[2];

	(void)state;
	git_begin();
	for (int packed = 0; packed < 2; packed++) {
		id[0] = oid_of(out("echo one%d | git hash-object -w --stdin", packed));
		id[1] = oid_of(out("echo two%d | git hash-object -w --stdin", packed));
		if (packed) { /* the index exchanges their places: two offsets before 40 bytes of sums */
			sh("printf '%%s\n%%s\n' %s %s | git pack-objects -q .git/objects/pack/pack; git prune-packed; "
			   "cd .git/objects/pack; chmod u+w *.idx; python3 -c \"import sys; f = open(sys.argv[1], 'r+b'); "
			   "b = f.read(); f.seek(-48, 2); f.write(b[-44:-40] + b[-48:-44])\" *.idx",
			   hex_of(&id[0]), hex_of(&id[1]));
		} else {
			sh("cd .git/objects; cp -f $(echo %s | sed 's,..,&/,') $(echo %s | sed 's,..,&/,')",
			   hex_of(&id[0]), hex_of(&id[1]));
		}
		r = open_here();
		vv_assert_status(vv_blob_read(r, &id[1], 100, &b, &err), VV_ECORRUPT, &err);
		vv_assert_contains(err.message, "content has another id");
		vv_repository_close(r);
	}
	vv_buf_clear(&b);
}

static void a_written_blob_is_seen_at_once_and_lasts_after_a_flush(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_repository *r;
	vv_error err;
	vv_oid id, again;

	(void)state;
	git_begin();
	r = open_here();
	vv_assert_ok(vv_blob_write(r, "hello\n", 6, &id, &err), &err);
	vv_assert_ok(vv_blob_id("hello\n", 6, &again, &err), &err);
	assert_true(vv_oid_equal(&id, &again));
	vv_assert_ok(vv_blob_read(r, &id, 100, &b, &err), &err);
	assert_string_equal(vv_buf_cstr(&b), "hello\n");
	assert_int_equal(sh_code("git cat-file -e %s 2>/dev/null", hex_of(&id)), 1);
	vv_assert_ok(vv_repository_flush(r, &err), &err);
	assert_string_equal(out("git cat-file blob %s", hex_of(&id)), "hello");
	vv_buf_clear(&b);
	vv_repository_close(r);
	assert_git_sound();
	assert_string_equal(out("ls .git/objects | grep tmp_; true"), "");
}

static void many_objects_become_one_pack(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_repository *r;
	vv_error err;
	vv_oid id[50];
	uint64_t syncs;
	size_t i;

	(void)state;
	git_begin();
	r = open_here();
	for (i = 0; i < 50; i++) {
		char text[40];
		int len = snprintf(text, sizeof text, "blob number %zu\n", i);

		vv_assert_ok(vv_blob_write(r, text, (size_t)len, &id[i], &err), &err);
	}
	syncs = vv_sys_fsyncs();
	vv_assert_ok(vv_repository_flush(r, &err), &err);
	assert_in_range(vv_sys_fsyncs() - syncs, 3, 4);
	vv_assert_ok(vv_blob_read(r, &id[33], 100, &b, &err), &err);
	assert_string_equal(vv_buf_cstr(&b), "blob number 33\n");
	vv_buf_clear(&b);
	vv_repository_close(r);
	assert_string_equal(out("ls .git/objects/pack/*.pack | wc -l"), "1");
	assert_string_equal(out("git cat-file blob %s", hex_of(&id[7])), "blob number 7");
	assert_string_equal(out("git count-objects -v | grep '^count'"), "count: 0");
	assert_git_sound();
}

/* Objects of that many bytes and a small one, made durable: what "git count-objects" says. */
static const char *kept_with(const size_t *lens, size_t count)
{
	vv_repository *r;
	vv_error err;
	vv_oid id;

	git_begin();
	r = open_here();
	vv_assert_ok(vv_blob_write(r, "small", 5, &id, &err), &err);
	for (size_t i = 0; i < count; i++) {
		char *text = calloc(lens[i], 1);

		assert_non_null(text);
		snprintf(text, lens[i], "object %zu", i);
		vv_assert_ok(vv_blob_write(r, text, lens[i], &id, &err), &err);
		free(text);
	}
	vv_assert_ok(vv_repository_flush(r, &err), &err);
	vv_repository_close(r);
	assert_git_sound();
	return out("git count-objects -v | grep -E '^(count|in-pack)' | tr '\\n' ' '");
}

static void large_objects_stay_loose_beside_those_that_are_packed(void **state)
{
	static const size_t lens[] = {1u << 20, 1000, 3u << 20};

	(void)state;
	assert_string_equal(kept_with(lens, 1), "count: 1 in-pack: 1 ");
	assert_string_equal(kept_with(lens, 2), "count: 1 in-pack: 2 ");
	assert_string_equal(kept_with(lens, 3), "count: 2 in-pack: 2 ");
}

/* Whatever fails while objects are made durable: afterwards they can be read, or the
 * error was reported; and git finds nothing wrong. */
typedef struct flush_try {
	vv_repository *r;
	unsigned round;
	unsigned objects;
	bool large; /* one of 1 MiB besides */
} flush_try;

static vv_status try_flush(void *payload, vv_error *err)
{
	flush_try *t = payload;
	vv_status rc = VV_OK;
	unsigned i;

	t->r = NULL;
	t->round++;
	rc = vv_repository_open(&t->r, NULL, vv_test_env(), err);
	for (i = 0; rc == VV_OK && i < t->objects; i++) {
		char text[60];
		vv_oid id;
		int len = snprintf(text, sizeof text, "round %u blob %u\n", t->round, i);

		rc = vv_blob_write(t->r, text, (size_t)len, &id, err);
	}
	if (rc == VV_OK && t->large) {
		char *text = calloc(1u << 20, 1);
		vv_oid id;

		assert_non_null(text);
		snprintf(text, 60, "round %u, large", t->round);
		rc = vv_blob_write(t->r, text, 1u << 20, &id, err);
		free(text);
	}
	if (rc == VV_OK) {
		rc = vv_repository_flush(t->r, err);
	}
	vv_repository_close(t->r);
	return rc;
}

static void check_flush(void *payload, vv_status rc)
{
	const flush_try *t = payload;

	if (rc == VV_OK) {
		assert_int_equal(
			sh_code("git cat-file -e $(echo 'round %u blob 1' | git hash-object --stdin)",
				t->round),
			0);
	}
	assert_git_sound();
	/* Each pack is opened by the next attempt, which is to have no more calls than this one. */
	sh("rm -f .git/objects/pack/*");
}

static void a_fault_while_writing_objects_is_reported_and_harms_nothing(void **state)
{
	static const vv_fault kinds[] = {VV_FAULT_FSYNC, VV_FAULT_RENAME, VV_FAULT_OPEN};
	flush_try t = {.objects = 3};
	size_t i;

	(void)state;
	git_begin();
	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		t.objects = 3;
		vv_fault_each(kinds[i], 5 /* EIO */, try_flush, check_flush, &t);
		t.objects = 6;
		vv_fault_each(kinds[i], 5, try_flush, check_flush, &t);
		t.large = true;
		vv_fault_each(kinds[i], 5, try_flush, check_flush, &t);
		t.large = false;
	}
}

/* --- commits -------------------------------------------------------------------------- */

static void a_commit_is_read_whole(void **state)
{
	vv_repository *r;
	vv_commit c;
	vv_error err;
	vv_oid id;
	size_t len;

	(void)state;
	git_begin();
	sh("git commit -q --allow-empty -m one; git checkout -q -b side; git commit -q --allow-empty -m two; "
	   "git checkout -q main; git commit -q --allow-empty -m three; "
	   "GIT_COMMITTER_DATE='1700000360 +0000' git merge -q --no-edit side; git tag merged");
	r = open_here();
	id = rev(r, "merged");
	vv_assert_ok(vv_commit_read(r, &id, &c, &err), &err);
	assert_int_equal(c.parent_count, 2);
	assert_string_equal(hex_of(&c.parents[1]), out("git rev-parse side"));
	assert_string_equal(hex_of(&c.tree), out("git rev-parse 'merged^{tree}'"));
	assert_string_equal(c.author.name, "A U Thor");
	assert_string_equal(c.author.email, "author@example.org");
	assert_int_equal(c.committer.time, 1700000360);
	(void)vv_commit_subject(&c, &len);
	assert_int_equal(len, strlen("Merge branch 'side'"));
	vv_commit_clear(&c);
	vv_repository_close(r);
}

static vv_oid empty_tree(vv_repository *r)
{
	vv_index *x;
	vv_oid tree;
	vv_error err;

	vv_assert_ok(vv_index_open(&x, r, &err), &err);
	vv_assert_ok(vv_index_write_tree(x, &tree, &err), &err);
	vv_index_close(x);
	return tree;
}

static vv_oid commit_on(vv_repository *r, const vv_oid *parent, const char *message)
{
	vv_commit_options opts = {0};
	vv_oid tree = empty_tree(r), id;
	vv_error err;

	opts.tree = &tree;
	opts.parents = parent;
	opts.parent_count = parent ? 1 : 0;
	opts.message = message;
	vv_assert_ok(vv_commit_create(r, &opts, &id, &err), &err);
	return id;
}

static void commits_are_as_git_would_make_them(void **state)
{
	vv_repository *r;
	vv_oid one, two;

	(void)state;
	git_begin();
	r = open_here();
	one = commit_on(r, NULL, "first");
	two = commit_on(r, &one, "second\n\nbody\n");
	vv_repository_close(r);
	assert_git_sound();
	assert_string_equal(
		out("git log --format='%%H %%an <%%ae> %%ad %%s'"),
		out("echo '%s A U Thor <author@example.org> Tue Nov 14 23:13:20 2023 +0100 second'; "
		    "echo '%s A U Thor <author@example.org> Tue Nov 14 23:13:20 2023 +0100 first'",
		    hex_of(&two), hex_of(&one)));
	assert_string_equal(out("git reflog --format='%%gs'"),
			    "commit: second\ncommit (initial): first");
	assert_string_equal(out("git reflog main --format='%%gs'"),
			    "commit: second\ncommit (initial): first");
	sh("git -c user.name='A U Thor' commit-tree -p %s -m second -m body %s^{tree} > ../by-git",
	   hex_of(&one), hex_of(&one));
	assert_string_equal(out("cat ../by-git"), hex_of(&two));
}

static void a_commit_costs_few_fsyncs(void **state)
{
	vv_repository *r;
	vv_index *x;
	vv_oid one;
	vv_error err;
	uint64_t before;

	(void)state;
	git_begin();
	r = open_here();
	one = commit_on(r, NULL, "first");
	before = vv_sys_fsyncs();
	(void)commit_on(r, &one, "second"); /* commit object 2, fan-out folder 1, ref 2 */
	assert_in_range(vv_sys_fsyncs() - before, 4, 5);
	one = rev(r, "HEAD");
	sh("echo 1 > f");
	before = vv_sys_fsyncs();
	vv_assert_ok(vv_index_open(&x, r, &err), &err);
	vv_assert_ok(vv_index_add_file(x, "f", &err), &err);
	vv_assert_ok(vv_index_write(x, &err), &err); /* blob 2, fan-out folder 1, index 1 */
	vv_index_close(x);
	assert_in_range(vv_sys_fsyncs() - before, 3, 4);
	before = vv_sys_fsyncs();
	(void)commit_on(r, &one, "third"); /* tree and commit in a pack 3, index 1, ref 2 */
	assert_int_equal(vv_sys_fsyncs() - before, 6);
	vv_repository_close(r);
}

static void a_shared_repository_stays_writable_for_the_group(void **state)
{
	static const char *const settings[] = {"group", "0660", "all"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof settings / sizeof settings[0]; i++) {
		vv_repository *r;
		vv_index *x;
		vv_oid one;
		vv_error err;

		git_home();
		sh("umask 077; git init -q --shared=%s r; echo 1 > r/f; echo 2 > r/g; touch stamp",
		   settings[i]);
		assert_int_equal(chdir("r"), 0);
		(void)umask(077);
		r = open_here();
		vv_assert_ok(vv_index_open(&x, r, &err), &err);
		vv_assert_ok(vv_index_add_file(x, "f", &err), &err);
		vv_assert_ok(vv_index_write(x, &err), &err); /* a loose object */
		vv_index_close(x);
		one = commit_on(r, NULL, "first"); /* a pack */
		vv_assert_ok(vv_ref_update(r, "refs/heads/deep/er", &one, NULL, false, "x", &err),
			     &err);
		vv_repository_close(r);
		(void)umask(022);
		sh("find .git -newer ../stamp ! -path '.git/varve*' ! -type l > ../ours");
		/* All but Git's own read-only files can be written, and all can be read. */
		assert_string_equal(
			out("find .git -newer ../stamp ! -path '.git/varve*' ! -path '*/objects/*' ! -perm -g+rw"),
			"");
		assert_string_equal(out("find .git/objects -newer ../stamp -type d ! -perm -2070"),
				    "");
		assert_string_equal(out("find .git/objects -newer ../stamp -type f ! -perm -g+r"),
				    "");
		if (i == 1) {
			assert_string_equal(
				out("find .git -newer ../stamp ! -path '.git/varve*' -perm /o+rwx"),
				"");
		}
		if (i == 2) {
			assert_string_equal(
				out("find .git -newer ../stamp ! -path '.git/varve*' ! -perm -o+r"),
				"");
		}
		assert_int_not_equal(sh_code("test -s ../ours"), 1);
		assert_git_sound();
	}
}

static void a_commit_on_a_head_that_moved_is_refused(void **state)
{
	vv_commit_options opts = {0};
	vv_repository *r;
	vv_error err;
	vv_oid one, id, tree;

	(void)state;
	git_begin();
	one = git_commit("one");
	(void)git_commit("two");
	r = open_here();
	tree = empty_tree(r);
	opts.tree = &tree;
	opts.parents = &one;
	opts.parent_count = 1;
	opts.message = "late";
	/* Two has just one for its parent: that would be an amend; so from one's parent. */
	opts.expect = &one;
	vv_assert_status(vv_commit_create(r, &opts, &id, &err), VV_ECONFLICT, &err);
	opts.expect = NULL;
	opts.parent_count = 0;
	vv_assert_status(vv_commit_create(r, &opts, &id, &err), VV_ECONFLICT, &err);
	vv_repository_close(r);
	assert_string_equal(out("git log -1 --format=%%s"), "two");
}

static void an_amended_commit_takes_the_place_of_head(void **state)
{
	vv_commit_options opts = {0};
	vv_repository *r;
	vv_commit was;
	vv_error err;
	vv_oid one, two, id, tree;

	(void)state;
	git_begin();
	one = git_commit("one");
	sh("GIT_AUTHOR_NAME=Other GIT_AUTHOR_DATE='1600000000 -0500' git commit -q --allow-empty -m two");
	r = open_here();
	two = rev(r, "HEAD");
	vv_assert_ok(vv_commit_read(r, &two, &was, &err), &err);
	tree = empty_tree(r);
	opts.tree = &tree;
	opts.parents = &one;
	opts.parent_count = 1;
	opts.message = "two, again";
	opts.keep_author = &was;
	vv_assert_ok(vv_commit_create(r, &opts, &id, &err), &err);
	vv_commit_clear(&was);
	vv_repository_close(r);
	assert_string_equal(out("git log --format='%%s|%%an|%%ad' -1"),
			    "two, again|Other|Sun Sep 13 07:26:40 2020 -0500");
	assert_string_equal(out("git rev-parse HEAD~1"), hex_of(&one));
	assert_string_equal(out("git reflog -1 --format=%%gs"), "commit (amend): two, again");
	assert_git_sound();
}

static void an_unknown_identity_is_explained(void **state)
{
	vv_commit_options opts = {0};
	vv_person who;
	vv_repository *r;
	vv_error err;
	vv_oid tree, id;

	(void)state;
	git_begin();
	sh("git config --global --unset user.name");
	r = open_here();
	tree = empty_tree(r);
	opts.tree = &tree;
	opts.message = "m";
	vv_assert_status(vv_commit_create(r, &opts, &id, &err), VV_EUSAGE, &err);
	vv_assert_contains(err.message, "user.name");
	vv_assert_contains(err.hint, "git config --global user.name");
	assert_int_equal(vv_identity(r, VV_COMMITTER, &who, NULL), VV_EUSAGE);
	vv_repository_close(r);
	assert_int_equal(sh_code("git rev-parse -q --verify HEAD >/dev/null"), 1);
}

static void authors_are_taken_from_options_and_variables(void **state)
{
	vv_commit_options opts = {0};
	vv_repository *r;
	vv_error err;
	vv_oid tree, id;

	(void)state;
	git_begin();
	(void)setenv("GIT_COMMITTER_NAME", " <C> O, Mitter. ", 1);
	(void)setenv("GIT_COMMITTER_EMAIL", "c@example.org", 1);
	r = open_here();
	tree = empty_tree(r);
	opts.tree = &tree;
	opts.message = "m";
	opts.author = "Jane Roe <jane@example.org>";
	opts.author_time = 1500000000;
	opts.author_time_set = true;
	opts.author_offset_min = -210;
	vv_assert_ok(vv_commit_create(r, &opts, &id, &err), &err);
	opts.author = "nobody";
	opts.parents = &id;
	opts.parent_count = 1;
	vv_assert_status(vv_commit_create(r, &opts, &tree, &err), VV_EUSAGE, &err);
	vv_repository_close(r);
	assert_string_equal(out("git log --date=raw --format='%%an %%ae %%ad %%cn %%ce'"),
			    "Jane Roe jane@example.org 1500000000 -0330 C O, Mitter c@example.org");
	assert_git_sound();
}

static void dates_are_read_as_git_reads_them(void **state)
{
	static const char *const dates[] = {
		"1700000000 +0100",
		"@1700000000 -0330",
		"2024-03-01T12:00:00+01:00",
		"2024-03-01 12:00:00 +0530",
		"2024-02-29T23:59:59Z",
		"Thu, 07 Apr 2005 22:13:13 +0200",
		"Thu Apr 7 22:13:13 2005 -0700",
		"2024-03-01T12:00:00",
		"2024-07-01 12:00",
		"2000/01/31 00:00:00 +0000",
		"1999-12-31T23:59:60+14:00",
	};
	static const char *const bad[] = {"",           "yesterday-ish",
					  "2024-13-01", "2024-02-01T25:00:00",
					  "12",         "2024-01-01T00:00:00+99:00"};
	vv_error err;
	size_t i;

	(void)state;
	git_begin();
	(void)setenv("TZ", "Europe/Berlin", 1);
	for (i = 0; i < sizeof dates / sizeof dates[0]; i++) {
		int64_t when;
		int offset;
		char text[80];

		vv_assert_ok(vv_date_parse(dates[i], &when, &offset, &err), &err);
		(void)snprintf(text, sizeof text, "%lld %c%02d%02d", (long long)when,
			       offset < 0 ? '-' : '+', abs(offset) / 60, abs(offset) % 60);
		assert_string_equal(
			text, out("GIT_AUTHOR_DATE='%s' git var GIT_AUTHOR_IDENT | sed 's/.*> //'",
				  dates[i]));
	}
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		int64_t when;
		int offset;

		vv_assert_status(vv_date_parse(bad[i], &when, &offset, &err), VV_EUSAGE, &err);
	}
}

static void assert_date_text(int64_t time, const char *day)
{
	vv_auto(char) *text = vv_date_text(time, 0);

	assert_string_equal(text, out("echo @$(date -d %s +%%s) +0000", day));
}

/* Against GNU date: its words for the first second of a span, and for the first after it. */
static void words_are_dates_of_the_local_calendar(void **state)
{
	static const struct {
		const char *text, *begin, *end;
	} spans[] = {
		{"2026-10-05", "2026-10-05", "2026-10-06"},
		{"2026/1/5", "2026-01-05", "2026-01-06"},
		{"20261005", "2026-10-05", "2026-10-06"},
		{"5.10.2026", "2026-10-05", "2026-10-06"},
		{"25/10/2026", "2026-10-25", "2026-10-26"}, /* of 25 hours */
		{"10-25-2026", "2026-10-25", "2026-10-26"},
		{"5 Oct 2026", "2026-10-05", "2026-10-06"},
		{"October 5, 2026 18:00", "2026-10-05 18:00", "2026-10-05 18:01"},
		{"2026-10-05T18:00:30Z", "2026-10-05 18:00:30Z", "2026-10-05 18:00:31Z"},
		{"2026-10-05T1800", "2026-10-05 18:00", "2026-10-05 18:01"},
		{"20261005T180030", "2026-10-05 18:00:30", "2026-10-05 18:00:31"},
		{"2026-10", "2026-10-01", "2026-11-01"},
		{"dec 2025", "2025-12-01", "2026-01-01"},
		{"2025", "2025-01-01", "2026-01-01"},
		{"today", "today 0:00", "tomorrow 0:00"},
		{"Yesterday", "yesterday 0:00", "today 0:00"},
		{"yesterday 18:00", "yesterday 18:00", "yesterday 18:01"},
		{"last month", "$(date +%Y-%m-01) -1 month", "$(date +%Y-%m-01)"},
		{"last.month", "$(date +%Y-%m-01) -1 month", "$(date +%Y-%m-01)"},
		{"this month", "$(date +%Y-%m-01)", "$(date +%Y-%m-01) +1 month"},
		{"last year", "$(date +%Y-01-01) -1 year", "$(date +%Y-01-01)"},
		{"last week", "$(date +%F) -$(($(date +%u) + 6)) days",
		 "$(date +%F) -$(($(date +%u) - 1)) days"},
		{"monday", "$(date +%F) -$(($(date +%u) - 1)) days",
		 "$(date +%F) -$(($(date +%u) - 1)) days +1 day"},
		{"last sun", "$(date +%F) -$(date +%u) days",
		 "$(date +%F) -$(($(date +%u) - 1)) days"},
	};
	static const char *const bad[] = {
		"rubbish",    "last",       "2026-02-30", "31 apr 2026", "last fortnight",
		"2026-10-5x", "01-10-2026", "18:00",      "05/2026",     "5"};
	char text[80];
	vv_date d;
	vv_error err;

	(void)state;
	git_begin();
	(void)setenv("TZ", "Europe/Berlin", 1);
	for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
		vv_assert_ok(vv_date_span(&d, spans[i].text, &err), &err);
		(void)snprintf(text, sizeof text, "%lld %lld %s", (long long)d.begin,
			       (long long)d.end, spans[i].text);
		assert_string_equal(text,
				    out("echo $(date -d \"%s\" +%%s) $(date -d \"%s\" +%%s) '%s'",
					spans[i].begin, spans[i].end, spans[i].text));
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		vv_assert_status(vv_date_span(&d, bad[i], &err), VV_EUSAGE, &err);
	}
	assert_int_equal(vv_date_read(&d, "01-10-2026.csv", VV_DATE_DAY_FIRST), 10);
	assert_date_text(d.begin, "2026-10-01");
	assert_int_equal(vv_date_read(&d, "01-10-2026.csv", VV_DATE_MONTH_FIRST), 10);
	assert_date_text(d.begin, "2026-01-10");
}

/* --- signatures --------------------------------------------------------------------------- */

static void signed_commits_verify(const char *verify)
{
	vv_commit_options opts = {0};
	vv_repository *r;
	vv_error err;
	vv_oid tree, id;

	r = open_here();
	tree = empty_tree(r);
	opts.tree = &tree;
	opts.message = "signed\n\nwith a body";
	vv_assert_ok(vv_commit_create(r, &opts, &id, &err), &err);
	opts.parents = &id;
	opts.parent_count = 1;
	opts.no_sign = true;
	opts.message = "unsigned";
	vv_assert_ok(vv_commit_create(r, &opts, &tree, &err), &err);
	vv_repository_close(r);
	sh("%s verify-commit HEAD~1 2>/dev/null", verify);
	assert_int_not_equal(sh_code("%s verify-commit HEAD 2>/dev/null", verify), 0);
	assert_git_sound();
}

static void commits_are_signed_with_ssh(void **state)
{
	(void)state;
	git_begin();
	sh("ssh-keygen -q -t ed25519 -N '' -f ../key -C author@example.org && "
	   "echo \"author@example.org $(cat ../key.pub)\" > ../allowed && "
	   "git config commit.gpgSign true && git config gpg.format ssh && "
	   "git config user.signingKey \"$HOME/key\" && git config gpg.ssh.allowedSignersFile \"$HOME/allowed\"");
	signed_commits_verify("git");
}

static void commits_are_signed_with_gpg(void **state)
{
	(void)state;
	git_begin();
	if (sh_code("command -v gpg >/dev/null") != 0) {
		vv_skip("gpg is not installed");
	}
	/* A short home: gpg-agent's socket has a name of at most 108 bytes. */
	(void)setenv("GNUPGHOME", out("mktemp -d /tmp/vvgpgXXXXXX"), 1);
	sh("gpg -q --batch --passphrase '' --quick-generate-key 'A U Thor <author@example.org>' ed25519 sign never 2>/dev/null && "
	   "git config commit.gpgSign true");
	signed_commits_verify("git");
	sh("gpgconf --kill all; rm -rf \"$GNUPGHOME\"");
}

static void a_signature_that_fails_refuses_the_commit(void **state)
{
	vv_commit_options opts = {0};
	vv_repository *r;
	vv_error err;
	vv_oid tree, id;

	(void)state;
	git_begin();
	sh("git config commit.gpgSign true && git config gpg.program /bin/false");
	r = open_here();
	tree = empty_tree(r);
	opts.tree = &tree;
	opts.message = "m";
	vv_assert_status(vv_commit_create(r, &opts, &id, &err), VV_EREFUSED, &err);
	vv_assert_contains(err.message, "gpg failed to sign");
	vv_repository_close(r);
	/* A program that exits well without having signed. */
	sh("printf '#!/bin/sh\\ncat >/dev/null; echo unsigned\\n' > ../fake && chmod +x ../fake && git config gpg.program \"$HOME/fake\"");
	r = open_here();
	vv_assert_status(vv_commit_create(r, &opts, &id, &err), VV_EREFUSED, &err);
	vv_repository_close(r);
	sh("git config gpg.program no-such-signer");
	r = open_here();
	vv_assert_status(vv_commit_create(r, &opts, &id, &err), VV_EREFUSED, &err);
	vv_assert_contains(err.message, "no-such-signer");
	vv_repository_close(r);
	sh("git config gpg.format pigeon");
	r = open_here();
	vv_assert_status(vv_commit_create(r, &opts, &id, &err), VV_EREFUSED, &err);
	vv_repository_close(r);
	assert_int_equal(sh_code("git rev-parse -q --verify HEAD >/dev/null"), 1);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(blobs_are_read_within_a_limit),
	cmocka_unit_test(a_blob_with_the_bytes_of_another_is_damaged),
	cmocka_unit_test(a_written_blob_is_seen_at_once_and_lasts_after_a_flush),
	cmocka_unit_test(many_objects_become_one_pack),
	cmocka_unit_test(large_objects_stay_loose_beside_those_that_are_packed),
	cmocka_unit_test(a_fault_while_writing_objects_is_reported_and_harms_nothing),
	cmocka_unit_test(a_commit_is_read_whole),
	cmocka_unit_test(commits_are_as_git_would_make_them),
	cmocka_unit_test(a_commit_costs_few_fsyncs),
	cmocka_unit_test(a_shared_repository_stays_writable_for_the_group),
	cmocka_unit_test(a_commit_on_a_head_that_moved_is_refused),
	cmocka_unit_test(an_amended_commit_takes_the_place_of_head),
	cmocka_unit_test(an_unknown_identity_is_explained),
	cmocka_unit_test(authors_are_taken_from_options_and_variables),
	cmocka_unit_test(dates_are_read_as_git_reads_them),
	cmocka_unit_test(words_are_dates_of_the_local_calendar),
	cmocka_unit_test(commits_are_signed_with_ssh),
	cmocka_unit_test(commits_are_signed_with_gpg),
	cmocka_unit_test(a_signature_that_fails_refuses_the_commit),
};

VV_TEST_SUITE(commit)
