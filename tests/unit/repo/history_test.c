#include "tests/unit/repo/git_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hint.h"
#include "base/sys.h"
#include "repo/git/index/index.h"

/* --- helpers -------------------------------------------------------------- */

/* Everything that the log gives, as lines of ids. */
static const char *log_of(vv_repository *r, const vv_log_options *opts)
{
	static vv_buf b = VV_BUF_INIT;
	vv_log *l;
	vv_error err;
	vv_oid id;
	int more;

	vv_buf_reset(&b);
	vv_assert_ok(vv_log_open(&l, r, opts, &err), &err);
	while ((more = vv_log_next(l, &id, &err)) > 0) {
		char hex[VV_OID_TEXT + 1];

		vv_oid_text(hex, &id);
		vv_buf_printf(&b, "%s%s", b.len > 0 ? "\n" : "", hex);
	}
	vv_assert_ok(more, &err);
	vv_log_close(l);
	return vv_buf_cstr(&b);
}

/* A merge, side branches and a path that changes on some of them. */
static void make_forked(void)
{
	git_begin();
	sh("t=1700000000; c() { t=$((t+60)); GIT_AUTHOR_DATE=\"$t +0000\" GIT_COMMITTER_DATE=\"$t +0000\" git \"$@\" || exit 1; }\n"
	   "mkdir d; echo 1 > d/a; echo 1 > b; git add .; c commit -q -m one\n"
	   "echo 2 > d/a; c commit -qam two\n"
	   "git checkout -q -b side; echo 2 > b; c commit -qam three\n"
	   "echo 3 > b; c commit -qam four\n"
	   "git checkout -q main; echo 3 > d/a; c commit -qam five\n"
	   "c merge -q --no-edit side; git tag merged\n"
	   "git checkout -q -b same main~1; echo x > b; c commit -qam six; echo 1 > b; c commit -qam seven\n"
	   "git checkout -q main; c merge -q --no-edit -s ours same\n"
	   "echo 9 > b; c commit -qam eight; git tag -a -m annotated v1\n");
}

/* --- revisions ----------------------------------------------------------------- */

static void revisions_are_read_as_git_reads_them(void **state)
{
	static const char *const names[] = {"HEAD",        "@",        "main",
					    "main~1",      "main~1^2", "v1",
					    "v1^{commit}", "side",     "refs/heads/side",
					    "heads/side",  "HEAD@{1}", "merged^2~1"};
	vv_repository *r;
	size_t i;

	(void)state;
	make_forked();
	r = open_here();
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		vv_oid id = rev(r, names[i]);

		assert_string_equal(hex_of(&id), out("git rev-parse '%s^{commit}'", names[i]));
	}
	vv_repository_close(r);
}

static void an_unknown_revision_offers_a_near_name(void **state)
{
	vv_repository *r;
	vv_error err;
	vv_oid id;

	(void)state;
	make_forked();
	r = open_here();
	vv_assert_status(vv_rev_commit(r, "mian", &id, &err), VV_ENOTFOUND, &err);
	vv_assert_contains(err.hint, "'main'");
	vv_assert_status(vv_rev_commit(r, "nothing-like-it", &id, &err), VV_ENOTFOUND, &err);
	assert_int_equal(err.hint_id, VV_HINT_VERSIONS);
	vv_assert_status(vv_rev_commit(r, "HEAD^{tree}", &id, &err), VV_EUSAGE, &err);
	vv_assert_contains(err.message, "tree");
	vv_assert_status(vv_rev_commit(r, "a..", &id, &err), VV_ENOTFOUND, &err);
	vv_repository_close(r);
}

/* libgit2 1.5 leaks the ref whose object it cannot read. */
extern void __lsan_disable(void) __attribute__((weak));
extern void __lsan_enable(void) __attribute__((weak));

static void a_lost_or_damaged_commit_is_not_an_unknown_version(void **state)
{
	static const char *const damages[] = {"echo garbage >", "rm -f"};
	static const char *const messages[] = {"cannot read the version 'main'",
					       "the object of 'main' is missing"};
	vv_repository *r;
	vv_error err;
	vv_oid id;

	(void)state;
	git_begin();
	(void)git_commit("one");
	for (size_t i = 0; i < 2; i++) {
		sh("f=.git/objects/$(cut -c1-2 .git/refs/heads/main)/$(cut -c3- .git/refs/heads/main); "
		   "chmod u+w $f; %s $f",
		   damages[i]);
		r = open_here();
		if (__lsan_disable) {
			__lsan_disable();
		}
		vv_assert_status(vv_rev_commit(r, "main", &id, &err), VV_ECORRUPT, &err);
		if (__lsan_enable) {
			__lsan_enable();
		}
		vv_assert_contains(err.message, messages[i]);
		vv_repository_close(r);
	}
}

static void ranges_have_two_sides(void **state)
{
	vv_repository *r;
	vv_error err;
	vv_range range;

	(void)state;
	make_forked();
	r = open_here();
	vv_assert_ok(vv_rev_range(r, "side..main", &range, &err), &err);
	assert_true(range.has_exclude && !range.symmetric);
	assert_string_equal(hex_of(&range.exclude), out("git rev-parse side"));
	assert_string_equal(hex_of(&range.include), out("git rev-parse main"));
	vv_assert_ok(vv_rev_range(r, "...side", &range, &err), &err);
	assert_true(range.has_exclude && range.symmetric);
	assert_string_equal(hex_of(&range.exclude), out("git rev-parse HEAD"));
	vv_assert_ok(vv_rev_range(r, "v1", &range, &err), &err);
	assert_false(range.has_exclude);
	vv_assert_status(vv_rev_range(r, "main..nope", &range, &err), VV_ENOTFOUND, &err);
	vv_repository_close(r);
}

static void short_ids_are_gits(void **state)
{
	vv_repository *r;
	vv_error err;
	char *text;
	vv_oid id;

	(void)state;
	make_forked();
	r = open_here();
	id = rev(r, "main");
	vv_assert_ok(vv_rev_short(r, &id, &text, &err), &err);
	assert_string_equal(text, out("git rev-parse --short main"));
	vv_free(text);
	vv_repository_close(r);
}

static void merge_bases_are_gits(void **state)
{
	vv_repository *r;
	vv_error err;
	vv_oid a, b, base, *bases;
	uint64_t ahead, behind;
	size_t count;
	bool yes;

	(void)state;
	make_forked();
	sh("git checkout -q --orphan other && git commit -q --allow-empty -m alone");
	r = open_here();
	a = rev(r, "merged~1");
	b = rev(r, "side");
	vv_assert_ok(vv_merge_base(r, &a, &b, &base, &err), &err);
	assert_string_equal(hex_of(&base), out("git merge-base merged~1 side"));
	vv_assert_ok(vv_ahead_behind(r, &a, &b, &ahead, &behind, &err), &err);
	assert_int_equal(ahead, 1);
	assert_int_equal(behind, 2);
	vv_assert_ok(vv_is_ancestor(r, &base, &b, &yes, &err), &err);
	assert_true(yes);
	vv_assert_ok(vv_is_ancestor(r, &b, &base, &yes, &err), &err);
	assert_false(yes);
	vv_assert_ok(vv_is_ancestor(r, &b, &b, &yes, &err), &err);
	assert_true(yes);
	b = rev(r, "other");
	vv_assert_status(vv_merge_base(r, &a, &b, &base, &err), VV_ENOTFOUND, &err);
	vv_assert_ok(vv_merge_bases(r, &a, &b, &bases, &count, &err), &err);
	assert_int_equal(count, 0);
	vv_free(bases);
	vv_repository_close(r);
}

static void a_criss_cross_has_two_merge_bases(void **state)
{
	vv_repository *r;
	vv_error err;
	vv_oid a, b, *bases;
	size_t count;
	char text[100];

	(void)state;
	git_begin();
	sh("git commit -q --allow-empty -m root && git checkout -q -b x && git commit -q --allow-empty -m x1 && "
	   "git checkout -q main && git commit -q --allow-empty -m m1 && git tag m1 && git tag x1 x && "
	   "git merge -q --no-edit x && git checkout -q x && git merge -q --no-edit m1 && "
	   "git commit -q --allow-empty -m x2 && git checkout -q main && git commit -q --allow-empty -m m2");
	r = open_here();
	a = rev(r, "main");
	b = rev(r, "x");
	vv_assert_ok(vv_merge_bases(r, &a, &b, &bases, &count, &err), &err);
	assert_int_equal(count, 2);
	(void)snprintf(text, sizeof text, "%s\n%s", hex_of(&bases[0]), hex_of(&bases[1]));
	assert_string_equal(out("printf '%s' | sort", text),
			    out("git merge-base --all main x | sort"));
	vv_free(bases);
	vv_repository_close(r);
}

/* --- the log ---------------------------------------------------------------------- */

static void the_log_is_gits(void **state)
{
	vv_log_options opts = {0};
	vv_range range;
	vv_repository *r;
	vv_error err;

	(void)state;
	make_forked();
	r = open_here();
	assert_string_equal(log_of(r, &opts), out("git log --format=%%H"));
	opts.max_count = 3;
	opts.skip = 2;
	assert_string_equal(log_of(r, &opts), out("git log --format=%%H -3 --skip=2"));
	opts.reverse = true;
	assert_string_equal(log_of(r, &opts), out("git log --format=%%H -3 --skip=2 --reverse"));
	memset(&opts, 0, sizeof opts);
	opts.first_parent = true;
	assert_string_equal(log_of(r, &opts), out("git log --format=%%H --first-parent"));
	opts.first_parent = false;
	opts.all = true;
	assert_string_equal(log_of(r, &opts), out("git log --format=%%H --all"));
	opts.all = false;
	opts.topo = true;
	assert_string_equal(log_of(r, &opts), out("git log --format=%%H --date-order"));
	opts.topo = false;
	opts.ranges = &range;
	opts.range_count = 1;
	vv_assert_ok(vv_rev_range(r, "side..main", &range, &err), &err);
	assert_string_equal(log_of(r, &opts), out("git log --format=%%H side..main"));
	vv_assert_ok(vv_rev_range(r, "same...side", &range, &err), &err);
	assert_string_equal(log_of(r, &opts), out("git log --format=%%H same...side"));
	vv_assert_ok(vv_rev_range(r, "main..side", &range, &err), &err);
	assert_string_equal(log_of(r, &opts), "");
	vv_repository_close(r);
}

static void the_log_of_a_path_is_gits(void **state)
{
	static const char *const sets[][3] = {{"b", NULL, NULL},       {"d", NULL, NULL},
					      {"d/a", NULL, NULL},     {"d/a", "b", NULL},
					      {"nothing", NULL, NULL}, {"b/x", NULL, NULL}};
	vv_repository *r;
	vv_error err;
	size_t i;

	(void)state;
	make_forked();
	r = open_here();
	for (i = 0; i < sizeof sets / sizeof sets[0]; i++) {
		vv_log_options opts = {0};
		vv_range range;
		const char *second = sets[i][1] ? sets[i][1] : "";

		opts.paths = sets[i];
		assert_string_equal(log_of(r, &opts),
				    out("git log --format=%%H -- %s %s", sets[i][0], second));
		opts.topo = true;
		assert_string_equal(
			log_of(r, &opts),
			out("git log --format=%%H --date-order -- %s %s", sets[i][0], second));
		opts.topo = false;
		opts.first_parent = true;
		assert_string_equal(
			log_of(r, &opts),
			out("git log --format=%%H --first-parent -- %s %s", sets[i][0], second));
		opts.first_parent = false;
		opts.ranges = &range;
		opts.range_count = 1;
		vv_assert_ok(vv_rev_range(r, "merged~1..main", &range, &err), &err);
		assert_string_equal(
			log_of(r, &opts),
			out("git log --format=%%H merged~1..main -- %s %s", sets[i][0], second));
	}
	vv_repository_close(r);
}

/* Random histories, with merges and clocks that go wrong, in all modes. */
static void the_log_of_random_histories_is_gits(void **state)
{
	static const char *const ranges[] = {"main", "b1..main", "main..b2", "b1...b2"};
	vv_prng prng;
	unsigned round;

	(void)state;
	vv_prng_init(&prng, 7);
	for (round = 0; round < 4; round++) {
		vv_buf script = VV_BUF_INIT;
		vv_repository *r;
		vv_error err;
		unsigned i;
		size_t k;

		git_begin();
		vv_buf_puts(
			&script,
			"set -e\nc() { GIT_COMMITTER_DATE=\"$1 +0000\" GIT_AUTHOR_DATE=\"$1 +0000\" git commit -q --allow-empty -m x; }\n"
			"echo 0 > a; echo 0 > b; git add .; c 1700000000; git branch b1; git branch b2\n");
		for (i = 1; i < 40; i++) {
			static const char *const branches[] = {"main", "b1", "b2"};
			const char *here = branches[vv_prng_below(&prng, 3)],
				   *other = branches[vv_prng_below(&prng, 3)];
			uint64_t when = 1700000000 +
					(round % 2 ? vv_prng_below(&prng, 2000) : i * 50);

			vv_buf_printf(&script, "git checkout -q %s\n", here);
			if (vv_prng_below(&prng, 4) == 0) {
				vv_buf_printf(
					&script,
					"GIT_COMMITTER_DATE=\"%llu +0000\" git merge -q --no-edit -s %s %s\n",
					(unsigned long long)when,
					vv_prng_below(&prng, 2) ? "ours" : "recursive -Xours",
					other);
			} else {
				vv_buf_printf(&script, "echo %u > %s; git add .; c %llu\n",
					      (unsigned)vv_prng_below(&prng, 3),
					      vv_prng_below(&prng, 2) ? "a" : "b",
					      (unsigned long long)when);
			}
		}
		vv_buf_puts(&script, "git checkout -q main\n");
		vv_test_write_text("../script", vv_buf_cstr(&script));
		vv_buf_clear(&script);
		sh("sh ../script > /dev/null 2>&1");
		r = open_here();
		for (k = 0; k < sizeof ranges / sizeof ranges[0]; k++) {
			static const char *const paths[] = {"a", NULL};
			vv_log_options opts = {0};
			vv_range range;

			vv_assert_ok(vv_rev_range(r, ranges[k], &range, &err), &err);
			opts.ranges = &range;
			opts.range_count = 1;
			assert_string_equal(log_of(r, &opts),
					    out("git log --format=%%H %s", ranges[k]));
			opts.paths = paths;
			assert_string_equal(log_of(r, &opts),
					    out("git log --format=%%H %s -- a", ranges[k]));
			opts.paths = NULL;
			opts.topo = true;
			assert_string_equal(log_of(r, &opts),
					    out("git log --format=%%H --date-order %s", ranges[k]));
		}
		vv_repository_close(r);
	}
}

static void a_shallow_clone_has_a_log(void **state)
{
	vv_log_options opts = {0};
	vv_repository *r;
	vv_error err;
	vv_oid id, other;
	bool yes;

	(void)state;
	make_forked();
	sh("git clone -q --depth 3 \"file://$PWD\" ../shallow");
	assert_int_equal(chdir("../shallow"), 0);
	r = open_here();
	assert_string_equal(log_of(r, &opts), out("git log --format=%%H"));
	id = rev(r, "HEAD");
	other = rev(r, "HEAD~1");
	vv_assert_ok(vv_is_ancestor(r, &other, &id, &yes, &err), &err);
	assert_true(yes);
	vv_assert_status(vv_rev_commit(r, "HEAD~30", &id, &err), VV_ENOTFOUND, &err);
	vv_assert_contains(err.hint, "shallow");
	vv_repository_close(r);
}

static void an_empty_repository_has_no_log(void **state)
{
	vv_log_options opts = {0};
	vv_repository *r;
	vv_log *l;
	vv_error err;
	vv_head head;

	(void)state;
	git_begin();
	r = open_here();
	vv_assert_status(vv_log_open(&l, r, &opts, &err), VV_ENOTFOUND, &err);
	vv_assert_contains(err.message, "no commits yet");
	opts.all = true;
	assert_string_equal(log_of(r, &opts), "");
	vv_assert_ok(vv_head_read(r, &head, &err), &err);
	assert_true(head.unborn && !head.detached);
	assert_string_equal(head.branch, "refs/heads/main");
	vv_head_clear(&head);
	vv_repository_close(r);
}

/* --- trees ---------------------------------------------------------------------------- */

static vv_status put_entry(void *payload, const vv_tree_entry *e, vv_error *err)
{
	char hex[VV_OID_TEXT + 1];

	(void)err;
	vv_oid_text(hex, &e->id);
	vv_buf_printf(payload, "%06o %s %s\t%s\n", e->mode, e->mode == 0160000 ? "commit" : "blob",
		      hex, e->path);
	return VV_OK;
}

static vv_status put_change(void *payload, const vv_change *c, vv_error *err)
{
	char a[VV_OID_TEXT + 1], b[VV_OID_TEXT + 1];
	char kind = c->old_mode == 0                        ? 'A'
		    : c->new_mode == 0                      ? 'D'
		    : (c->old_mode ^ c->new_mode) & 0170000 ? 'T'
							    : 'M';

	(void)err;
	vv_oid_text(a, &c->old_id);
	vv_oid_text(b, &c->new_id);
	vv_buf_printf(payload, ":%06o %06o %s %s %c\t%s\n", c->old_mode, c->new_mode, a, b, kind,
		      c->path);
	return VV_OK;
}

static void make_trees(void)
{
	git_begin();
	sh("mkdir -p a/b/c a.d z; echo 1 > a/b/c/f; echo 2 > a/b/g; echo 3 > a.d/h; echo 4 > a-b; echo 5 > a0; echo 6 > z/z\n"
	   "ln -s a0 link; echo 7 > exe; chmod +x exe; git add .; git commit -q -m one\n"
	   "rm -r a; echo file > a; echo 8 > z/y; rm exe; ln -s a0 exe; rm link; mkdir link; echo 9 > link/x; echo 33 >> a.d/h\n"
	   "git add -A .; git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub; git commit -q -m two");
}

static void trees_are_listed_as_git_lists_them(void **state)
{
	static const char *const prefixes[] = {"", "a", "a/b", "a/b/g", "z", "nothing", "a0"};
	vv_buf b = VV_BUF_INIT;
	vv_repository *r;
	vv_error err;
	vv_oid id;
	size_t i;

	(void)state;
	make_trees();
	r = open_here();
	id = rev(r, "HEAD~1");
	for (i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
		const char *expected = out("git ls-tree -r --full-tree HEAD~1 -- %s", prefixes[i]);

		vv_buf_reset(&b);
		vv_assert_ok(vv_tree_each(r, &id, prefixes[i], put_entry, &b, &err), &err);
		if (b.len > 0) {
			b.data[--b.len] = '\0';
		}
		assert_string_equal(vv_buf_cstr(&b), expected);
	}
	vv_buf_clear(&b);
	vv_repository_close(r);
}

static void changes_between_trees_are_gits(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_repository *r;
	vv_error err;
	vv_oid one, two;

	(void)state;
	make_trees();
	r = open_here();
	one = rev(r, "HEAD~1");
	two = rev(r, "HEAD");
	vv_assert_ok(vv_tree_changes(r, &one, &two, "", put_change, &b, &err), &err);
	assert_string_equal(
		vv_buf_cstr(&b),
		out("git diff-tree -r --no-renames --full-index --raw HEAD~1 HEAD; echo"));
	vv_buf_reset(&b);
	vv_assert_ok(vv_tree_changes(r, &one, &two, "z", put_change, &b, &err), &err);
	assert_string_equal(
		vv_buf_cstr(&b),
		out("git diff-tree -r --no-renames --full-index HEAD~1 HEAD -- z; echo"));
	vv_buf_reset(&b);
	vv_assert_ok(vv_tree_changes(r, NULL, &one, "", put_change, &b, &err), &err);
	assert_string_equal(
		vv_buf_cstr(&b),
		out("git diff-tree -r --root --no-commit-id --full-index HEAD~1; echo"));
	vv_buf_clear(&b);
	vv_repository_close(r);
}

static void an_entry_is_found_by_its_path(void **state)
{
	vv_tree_entry e;
	vv_repository *r;
	vv_error err;
	vv_oid id;

	(void)state;
	make_trees();
	r = open_here();
	id = rev(r, "HEAD~1");
	vv_assert_ok(vv_tree_entry_at(r, &id, "a/b/c/f", &e, &err), &err);
	assert_int_equal(e.mode, 0100644);
	assert_string_equal(hex_of(&e.id), out("git rev-parse HEAD~1:a/b/c/f"));
	vv_tree_entry_clear(&e);
	vv_assert_ok(vv_tree_entry_at(r, &id, "a/b", &e, &err), &err);
	assert_int_equal(e.mode, 040000);
	vv_tree_entry_clear(&e);
	vv_assert_ok(vv_tree_entry_at(r, &id, "", &e, &err), &err);
	assert_string_equal(hex_of(&e.id), out("git rev-parse HEAD~1^{tree}"));
	vv_tree_entry_clear(&e);
	vv_assert_status(vv_tree_entry_at(r, &id, "a0/x", &e, &err), VV_ENOTFOUND, &err);
	vv_assert_status(vv_tree_entry_at(r, &id, "a/x", &e, &err), VV_ENOTFOUND, &err);
	vv_repository_close(r);
}

/* Of 1,500 objects some begin with the same four digits; half are in a pack, half loose. */
static void short_ids_are_those_of_git(void **state)
{
	static const char *const settings[] = {"4", "auto", "12", "no"};
	char hex[VV_OID_TEXT + 1], expected[VV_OID_TEXT + 1], *text;
	vv_error err;

	(void)state;
	git_begin();
	sh("awk 'BEGIN { for (i = 0; i < 1500; i++) { f = \"f\" i; print i > f; close(f) } }' && git add . && "
	   "git ls-files -s f?*[02468] | cut -d' ' -f2 | git pack-objects -q .git/objects/pack/pack && git prune-packed");
	for (size_t k = 0; k < sizeof(settings) / sizeof(settings[0]); k++) {
		sh("git config core.abbrev %s && git ls-files -s | cut -d' ' -f2 > ../all && "
		   "git ls-files -s --abbrev | cut -d' ' -f2 | paste -d' ' ../all - > ../short",
		   settings[k]);
		vv_repository *r = open_here();
		FILE *f = fopen("../short", "r");
		size_t count = 0, longer = 0;

		assert_non_null(f);
		while (fscanf(f, "%40s %40s", hex, expected) == 2) {
			vv_oid id = oid_of(hex);

			vv_assert_ok(vv_rev_short(r, &id, &text, &err), &err);
			assert_string_equal(text, expected);
			longer += k == 0 && strlen(text) > 4;
			count++;
			vv_free(text);
		}
		assert_int_equal(count, 1500);
		assert_true(k > 0 || longer > 0);
		(void)fclose(f);
		vv_repository_close(r);
	}
	sh("git config core.abbrev 41");
	vv_repository *r = open_here();
	vv_oid id = oid_of(hex);
	vv_assert_status(vv_rev_short(r, &id, &text, &err), VV_EUSAGE, &err);
	vv_repository_close(r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(revisions_are_read_as_git_reads_them),
	cmocka_unit_test(an_unknown_revision_offers_a_near_name),
	cmocka_unit_test(a_lost_or_damaged_commit_is_not_an_unknown_version),
	cmocka_unit_test(ranges_have_two_sides),
	cmocka_unit_test(short_ids_are_gits),
	cmocka_unit_test(merge_bases_are_gits),
	cmocka_unit_test(a_criss_cross_has_two_merge_bases),
	cmocka_unit_test(the_log_is_gits),
	cmocka_unit_test(the_log_of_a_path_is_gits),
	cmocka_unit_test(the_log_of_random_histories_is_gits),
	cmocka_unit_test(a_shallow_clone_has_a_log),
	cmocka_unit_test(an_empty_repository_has_no_log),
	cmocka_unit_test(trees_are_listed_as_git_lists_them),
	cmocka_unit_test(changes_between_trees_are_gits),
	cmocka_unit_test(an_entry_is_found_by_its_path),
	cmocka_unit_test(short_ids_are_those_of_git),
};

VV_TEST_SUITE(history)
