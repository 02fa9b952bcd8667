#include "repo/git/ref_name.h"
#include "tests/unit/repo/git_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"

static vv_status put_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	char id[VV_OID_TEXT + 1], commit[VV_OID_TEXT + 1];

	(void)err;
	vv_oid_text(id, &ref->id);
	vv_oid_text(commit, &ref->commit);
	vv_buf_printf(payload, "%s %s %s\n", id, ref->name,
		      vv_oid_is_null(&ref->commit) ? "-" : commit);
	return VV_OK;
}

static const char *refs_of(vv_repository *r, const char *prefix)
{
	static vv_buf b = VV_BUF_INIT;
	vv_error err;

	vv_buf_reset(&b);
	vv_assert_ok(vv_refs_each(r, prefix, put_ref, &b, &err), &err);
	return vv_buf_cstr(&b);
}

static void refs_are_listed_sorted_and_peeled(void **state)
{
	vv_repository *r;

	(void)state;
	git_begin();
	(void)git_commit("one");
	sh("git tag light; git tag -a -m x heavy; git tag -a -m y on-tag heavy; git tag blob $(echo x | git hash-object -w --stdin); "
	   "git branch a-b; git branch a/b; git pack-refs --all; git branch b; git commit -q --allow-empty -m two");
	r = open_here();
	assert_string_equal(
		refs_of(r, ""),
		out("for n in $(git for-each-ref --format='%%(refname)' | LC_ALL=C sort); do "
		    "echo $(git rev-parse $n) $n $(git rev-parse -q --verify $n^{commit} 2>/dev/null || echo -); done; echo"));
	vv_assert_contains(refs_of(r, "refs/heads/a"), "refs/heads/a/b");
	assert_null(strstr(refs_of(r, "refs/heads/"), "refs/tags"));
	vv_repository_close(r);
}

/* A lock of varve's is a symbolic link to nothing, at which libgit2 stops. */
static void locks_and_junk_among_the_refs_hide_no_branch(void **state)
{
	vv_repository *r;
	const char *listed;

	(void)state;
	git_begin();
	(void)git_commit("one");
	sh("for n in a b/c m z; do git branch $n; done; git pack-refs --all; git branch -f b/d; git branch y; "
	   "for n in a b/c m y .git; do ln -s 'varve-lock 1 pid=1' .git/refs/heads/$n.lock 2> /dev/null || true; done; "
	   "echo junk > .git/refs/heads/junk; echo x > .git/refs/heads/k.lock");
	r = open_here();
	listed = refs_of(r, "refs/heads/");
	vv_assert_contains(listed, " refs/heads/a ");
	vv_assert_contains(listed, " refs/heads/b/c ");
	vv_assert_contains(listed, " refs/heads/b/d ");
	vv_assert_contains(listed, " refs/heads/m ");
	vv_assert_contains(listed, " refs/heads/y ");
	vv_assert_contains(listed, " refs/heads/z ");
	assert_null(strstr(listed, "lock"));
	assert_null(strstr(listed, "junk"));
	vv_repository_close(r);
}

static void where_head_is_is_told_by_branch_and_commit(void **state)
{
	vv_repository *r;
	vv_oid one, two, none = {{0}};

	(void)state;
	git_begin();
	one = git_commit("one");
	two = git_commit("two");
	sh("git branch side");
	r = open_here();
	assert_true(vv_head_is(r, NULL, &two));
	assert_true(vv_head_is(r, "refs/heads/main", &two));
	assert_false(vv_head_is(r, "refs/heads/side", &two));
	assert_false(vv_head_is(r, "refs/heads/main", &one));
	assert_false(vv_head_is(r, NULL, &none));
	sh("git checkout -q --detach");
	assert_true(vv_head_is(r, NULL, &two));
	assert_false(vv_head_is(r, "refs/heads/main", &two));
	vv_repository_close(r);
}

static void a_ref_moves_only_from_where_it_was_seen(void **state)
{
	vv_repository *r;
	vv_error err;
	vv_oid one, two, none = {{0}};
	vv_ref ref;

	(void)state;
	git_begin();
	one = git_commit("one");
	two = git_commit("two");
	r = open_here();
	vv_assert_ok(vv_ref_update(r, "refs/heads/new/branch", &one, NULL, false, "made", &err),
		     &err);
	vv_assert_status(
		vv_ref_update(r, "refs/heads/new/branch", &two, NULL, false, "again", &err),
		VV_EEXISTS, &err);
	vv_assert_status(
		vv_ref_update(r, "refs/heads/new/branch", &one, &two, false, "stale", &err),
		VV_ECONFLICT, &err);
	vv_assert_status(
		vv_ref_update(r, "refs/heads/new/branch", &two, &none, false, "stale", &err),
		VV_ECONFLICT, &err);
	vv_assert_contains(err.message, "another process created 'refs/heads/new/branch'");
	vv_assert_ok(vv_ref_update(r, "refs/heads/new/branch", &two, &one, false,
				   "moved\nover lines", &err),
		     &err);
	assert_string_equal(out("git rev-parse new/branch"), hex_of(&two));
	assert_string_equal(out("git reflog new/branch --format='%%gs'"), "moved over lines\nmade");
	vv_assert_ok(vv_ref_update(r, "refs/heads/new/branch", &one, NULL, true, "forced", &err),
		     &err);
	vv_assert_status(vv_ref_update(r, "refs/heads/gone", &one, &two, false, "x", &err),
			 VV_ECONFLICT, &err);
	vv_assert_contains(err.message, "gone");
	vv_assert_ok(vv_ref_update(r, "refs/heads/fresh", &one, &none, false, "x", &err), &err);
	vv_assert_ok(vv_ref_get(r, "refs/heads/new/branch", &ref, &err), &err);
	assert_true(vv_oid_equal(&ref.id, &one) && vv_oid_equal(&ref.commit, &one) &&
		    !ref.symbolic);
	vv_ref_clear(&ref);
	vv_assert_status(vv_ref_get(r, "refs/heads/nope", &ref, &err), VV_ENOTFOUND, &err);
	vv_repository_close(r);
	assert_git_sound();
}

static void names_and_targets_are_checked(void **state)
{
	static const char *const names[] = {
		"HEAD",       "main",      "refs/heads/a..b", "refs/heads/.x",  "refs/heads/x.lock",
		"../../evil", "refs/../x", "refs/heads/",     "refs/heads/a b", "refs/heads/@{"};
	vv_repository *r;
	vv_error err;
	vv_oid one, blob, missing;
	size_t i;

	(void)state;
	git_begin();
	one = git_commit("one");
	blob = oid_of(out("echo x | git hash-object -w --stdin"));
	missing = blob;
	missing.id[3] ^= 1;
	r = open_here();
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		vv_assert_status(vv_ref_update(r, names[i], &one, NULL, true, "x", &err), VV_EUSAGE,
				 &err);
	}
	vv_assert_status(vv_ref_update(r, "refs/heads/x", &blob, NULL, true, "x", &err), VV_EUSAGE,
			 &err);
	vv_assert_status(vv_ref_update(r, "refs/heads/x", &missing, NULL, true, "x", &err),
			 VV_EMISSING, &err);
	vv_assert_ok(vv_ref_update(r, "refs/tags/blob", &blob, NULL, true, "x", &err), &err);
	vv_repository_close(r);
	assert_string_equal(out("git for-each-ref --format='%%(refname)'"),
			    "refs/heads/main\nrefs/tags/blob");
}

static void a_ref_and_a_folder_of_refs_cannot_share_a_name(void **state)
{
	vv_repository *r;
	vv_error err;
	vv_oid one;
	unsigned packed;

	(void)state;
	for (packed = 0; packed < 2; packed++) {
		git_begin();
		one = git_commit("one");
		sh("git branch a/b; git branch c%s", packed ? "; git pack-refs --all" : "");
		r = open_here();
		vv_assert_status(vv_ref_update(r, "refs/heads/a", &one, NULL, true, "x", &err),
				 VV_EEXISTS, &err);
		vv_assert_contains(err.message, "refs/heads/a/b");
		vv_assert_status(vv_ref_update(r, "refs/heads/c/d", &one, NULL, true, "x", &err),
				 VV_EEXISTS, &err);
		vv_assert_contains(err.message, "refs/heads/c");
		/* Empty folders that are left over are no hindrance. */
		vv_assert_ok(vv_ref_delete(r, "refs/heads/a/b", &one, &err), &err);
		sh("mkdir -p .git/refs/heads/a/b/c");
		vv_assert_ok(vv_ref_update(r, "refs/heads/a", &one, NULL, false, "x", &err), &err);
		vv_repository_close(r);
		assert_string_equal(out("git rev-parse a"), hex_of(&one));
		assert_git_sound();
	}
}

static void a_deleted_ref_is_gone_loose_and_packed(void **state)
{
	vv_repository *r;
	vv_error err;
	vv_oid one, two;

	(void)state;
	git_begin();
	one = git_commit("one");
	sh("git branch x/y; git tag -a -m t v1; git branch other; git pack-refs --all");
	two = git_commit("two");
	r = open_here();
	vv_assert_status(vv_ref_delete(r, "refs/heads/x/y", &two, &err), VV_ECONFLICT, &err);
	vv_assert_ok(vv_ref_update(r, "refs/heads/x/y", &two, &one, false, "m", &err), &err);
	vv_assert_ok(vv_ref_delete(r, "refs/heads/x/y", &two, &err), &err);
	vv_assert_ok(vv_ref_delete(r, "refs/tags/v1", NULL, &err), &err);
	vv_assert_status(vv_ref_delete(r, "refs/tags/v1", NULL, &err), VV_ENOTFOUND, &err);
	vv_repository_close(r);
	assert_string_equal(out("git for-each-ref --format='%%(refname)'"),
			    "refs/heads/main\nrefs/heads/other");
	assert_false(vv_exists(".git/refs/heads/x"));
	assert_false(vv_exists(".git/logs/refs/heads/x"));
	assert_string_equal(out("grep -c '\\^' .git/packed-refs; true"), "0");
	assert_git_sound();
}

static void several_refs_move_together_or_not_at_all(void **state)
{
	vv_repository *r;
	vv_error err;
	vv_oid one, two, none = {{0}};
	vv_ref_change changes[] = {
		{"refs/heads/b", &two, &one, false},
		{"refs/heads/a", &two, &one, false},
		{"refs/heads/c", NULL, &one, false},
		{"refs/heads/d", &two, &none, false},
	};

	(void)state;
	git_begin();
	one = git_commit("one");
	sh("git branch a; git branch b; git branch c");
	two = git_commit("two");
	r = open_here();
	sh("git branch d");
	vv_assert_status(vv_refs_update(r, changes, 4, "push", &err), VV_ECONFLICT, &err);
	assert_string_equal(
		out("git rev-parse a b c"),
		out("printf '%%s\\n%%s\\n%%s' %s %s %s", hex_of(&one), hex_of(&one), hex_of(&one)));
	assert_string_equal(out("find .git -name '*.lock'"), "");
	sh("git branch -q -D d");
	vv_assert_ok(vv_refs_update(r, changes, 4, "push", &err), &err);
	assert_string_equal(
		out("git rev-parse a b d"),
		out("printf '%%s\\n%%s\\n%%s' %s %s %s", hex_of(&two), hex_of(&two), hex_of(&two)));
	assert_int_equal(sh_code("git rev-parse -q --verify c > /dev/null"), 1);
	changes[1].name = changes[0].name;
	vv_assert_status(vv_refs_update(r, changes, 2, "push", &err), VV_EUSAGE, &err);
	vv_repository_close(r);
}

#define MANY 40

static void many_refs_move_as_one_packed_file(void **state)
{
	static char names[MANY][32];
	vv_ref_change changes[MANY];
	vv_repository *r;
	vv_error err;
	vv_oid one, two, tag;

	(void)state;
	git_begin();
	one = git_commit("one");
	sh("git tag -a -m t v1; git branch a/packed; git pack-refs --all");
	two = git_commit("two");
	sh("git branch a/loose; git pack-refs; git branch -f a/loose HEAD~1");
	sh("git update-ref refs/heads/main HEAD; git pack-refs --all; git branch -f a/loose HEAD");
	r = open_here();
	tag = oid_of(out("git rev-parse v1"));
	for (size_t i = 0; i < MANY; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "refs/tags/%s/%zu", i % 3 ? "m" : "n",
			       i);
		changes[i] = (vv_ref_change){names[i], i % 4 ? &one : &tag, NULL, false};
	}
	changes[5] = (vv_ref_change){"refs/heads/a/packed", &two, &one, false};
	changes[6] = (vv_ref_change){"refs/heads/a/loose", &one, &two, true};
	changes[7] = (vv_ref_change){"refs/tags/m/8/x", &one, NULL, false};
	vv_assert_status(vv_refs_update(r, changes, MANY, "push", &err), VV_EEXISTS, &err);
	vv_assert_contains(err.message, "'refs/tags/m/8' exists");
	changes[7] = (vv_ref_change){"refs/tags/v1", &tag, &one, true};
	vv_assert_status(vv_refs_update(r, changes, MANY, "push", &err), VV_ECONFLICT, &err);
	assert_string_equal(out("git for-each-ref | wc -l; find .git -name '*.lock' -o -name m"),
			    "4");
	changes[7] = (vv_ref_change){"refs/tags/m/7", &one, NULL, false};
	uint64_t syncs = vv_sys_fsyncs();
	vv_assert_ok(vv_refs_update(r, changes, MANY, "push", &err), &err);
	assert_true(vv_sys_fsyncs() - syncs <= 4);
	vv_repository_close(r);
	/* As git writes it, byte for byte, and nothing beside it. */
	assert_string_equal(out("find .git/refs .git/packed-refs -type f -o -name '*.lock'"),
			    ".git/packed-refs");
	sh("cp .git/packed-refs ours; git pack-refs --all; cmp ours .git/packed-refs; rm ours");
	assert_string_equal(
		out("git for-each-ref | wc -l; git rev-parse a/packed a/loose m/7"),
		out("printf '%%s\n' 42 %s %s %s", hex_of(&two), hex_of(&one), hex_of(&one)));
	assert_string_equal(out("git reflog -1 --format=%%gs a/packed"), "push");
	assert_git_sound();
}

static void a_held_ref_lock_is_waited_for_then_named(void **state)
{
	vv_repository *r;
	vv_error err;
	vv_oid one, two;

	(void)state;
	git_begin();
	one = git_commit("one");
	two = git_commit("two");
	sh("git branch b HEAD~1; touch .git/refs/heads/b.lock; (sleep 0.3; rm .git/refs/heads/b.lock) &");
	r = open_here();
	vv_assert_ok(vv_ref_update(r, "refs/heads/b", &two, &one, false, "x", &err), &err);
	sh("touch .git/refs/heads/b.lock");
	vv_assert_status(vv_ref_update(r, "refs/heads/b", &one, &two, false, "x", &err), VV_ELOCKED,
			 &err);
	vv_assert_contains(err.message, "refs/heads/b.lock");
	vv_assert_contains(err.hint, "remove");
	vv_repository_close(r);
}

/* Eight processes, each counting a ref on by commits: no step is lost. */
static void nobodys_move_is_lost_when_many_move_at_once(void **state)
{
	enum { PROCESSES = 6, STEPS = 8 };
	unsigned i;
	int status, failed = 0;

	(void)state;
	git_begin();
	(void)git_commit("start");
	for (i = 0; i < PROCESSES; i++) {
		if (fork() == 0) {
			vv_repository *r = open_here();
			unsigned done = 0, tries;

			for (tries = 0; done < STEPS && tries < 5000; tries++) {
				vv_commit_options opts = {0};
				vv_head head;
				vv_commit c;
				vv_oid id;
				vv_error err;
				char text[40];
				vv_status rc;

				(void)snprintf(text, sizeof text, "process %u step %u", i, done);
				if (vv_head_read(r, &head, &err) < 0 ||
				    vv_commit_read(r, &head.commit, &c, &err) < 0) {
					_exit(1);
				}
				opts.message = text;
				opts.tree = &c.tree;
				opts.parents = &head.commit;
				opts.parent_count = 1;
				opts.expect = &head.commit;
				rc = vv_commit_create(r, &opts, &id, &err);
				if (rc == VV_OK) {
					done++;
				} else if (rc != VV_ECONFLICT) {
					_exit(2);
				}
				vv_commit_clear(&c);
				vv_head_clear(&head);
			}
			vv_repository_close(r);
			_exit(done == STEPS ? 0 : 3);
		}
	}
	for (i = 0; i < PROCESSES; i++) {
		assert_true(wait(&status) > 0);
		failed += status != 0;
	}
	assert_int_equal(failed, 0);
	assert_string_equal(out("git rev-list --count HEAD"),
			    out("echo %d", PROCESSES * STEPS + 1));
	assert_string_equal(out("git reflog | wc -l"), out("echo %d", PROCESSES * STEPS + 1));
	assert_git_sound();
}

static void a_branch_that_cannot_be_read_is_not_one_without_a_commit(void **state)
{
	vv_repository *r;
	vv_error err;
	vv_head head;

	(void)state;
	git_begin();
	(void)git_commit("one");
	r = open_here();
	/* As a power cut may leave it; and as somebody else may. */
	sh(": > .git/refs/heads/main");
	assert_true(vv_head_read(r, &head, &err) < 0);
	assert_non_null(strstr(err.message, "refs/heads/main"));
	sh("echo junk > .git/refs/heads/main");
	assert_true(vv_head_read(r, &head, &err) < 0);
	sh("rm .git/refs/heads/main");
	vv_assert_ok(vv_head_read(r, &head, &err), &err);
	assert_true(head.unborn);
	vv_head_clear(&head);
	vv_repository_close(r);
}

typedef struct move_try {
	vv_oid one, two;
	bool forth;
} move_try;

static vv_status try_move(void *payload, vv_error *err)
{
	const move_try *t = payload;
	vv_repository *r = NULL;
	vv_status rc = vv_repository_open(&r, NULL, vv_test_env(), err);

	if (rc == VV_OK) {
		rc = vv_ref_update(r, "refs/heads/b", &t->two, NULL, true, "x", err);
	}
	vv_repository_close(r);
	return rc;
}

static void check_move(void *payload, vv_status rc)
{
	const move_try *t = payload;
	const char *now = out("git rev-parse b");

	assert_true(strcmp(now, hex_of(&t->two)) == 0 ||
		    (rc < 0 && strcmp(now, hex_of(&t->one)) == 0));
	assert_string_equal(out("find .git -name '*.lock'"), "");
	sh("git update-ref refs/heads/b %s", hex_of(&t->one));
	assert_git_sound();
}

static void a_fault_while_moving_leaves_the_old_or_the_new(void **state)
{
	static const vv_fault kinds[] = {VV_FAULT_WRITE, VV_FAULT_FSYNC, VV_FAULT_RENAME,
					 VV_FAULT_OPEN};
	move_try t = {{{0}}, {{0}}, false};
	size_t i;

	(void)state;
	git_begin();
	t.one = git_commit("one");
	sh("git branch b");
	t.two = git_commit("two");
	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		vv_fault_each(kinds[i], 28, try_move, check_move, &t);
	}
}

/* --- HEAD ---------------------------------------------------------------------- */

static void head_switches_between_branches_and_commits(void **state)
{
	vv_repository *r;
	vv_error err;
	vv_head head;
	vv_oid one, two;

	(void)state;
	git_begin();
	one = git_commit("one");
	two = git_commit("two");
	sh("git branch b HEAD~1");
	r = open_here();
	vv_assert_ok(vv_head_set_branch(r, "refs/heads/b", "checkout: moving from main to b", &err),
		     &err);
	vv_assert_ok(vv_head_read(r, &head, &err), &err);
	assert_string_equal(head.branch, "refs/heads/b");
	assert_true(vv_oid_equal(&head.commit, &one) && !head.unborn && !head.detached);
	vv_head_clear(&head);
	assert_string_equal(out("git reflog -1 --format=%%gs"), "checkout: moving from main to b");
	assert_string_equal(out("git rev-parse '@{-1}'"), hex_of(&two));
	vv_assert_ok(vv_head_detach(r, &two, "checkout: moving from b to x", &err), &err);
	vv_assert_ok(vv_head_read(r, &head, &err), &err);
	assert_true(head.detached && !head.branch && vv_oid_equal(&head.commit, &two));
	vv_head_clear(&head);
	assert_int_equal(sh_code("git symbolic-ref -q HEAD"), 1);
	vv_assert_ok(vv_head_set_branch(r, "refs/heads/unborn", "x", &err), &err);
	vv_assert_ok(vv_head_read(r, &head, &err), &err);
	assert_true(head.unborn);
	vv_head_clear(&head);
	vv_assert_status(vv_head_set_branch(r, "refs/tags/x", "x", &err), VV_EUSAGE, &err);
	vv_repository_close(r);
	assert_string_equal(out("git symbolic-ref HEAD"), "refs/heads/unborn");
}

/* --- names, tags, upstreams --------------------------------------------------------- */

static void names_are_judged_as_git_judges_them(void **state)
{
	static const char *const names[] = {
		"good", "a/b", "x.y",  "",   "-x",   "a b",  "a..b", "a~1",    "a^",
		"a:b",  "a?",  "a*",   "a[", "a\\b", ".a",   "a/.b", "a.lock", "a/b.lock/c",
		"a/",   "/a",  "a//b", "a.", "a@{b", "HEAD", "a\tb", "x@y",    "\xc3\xa9t\xc3\xa9",
	};
	size_t i;

	(void)state;
	git_begin();
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		vv_error err;
		vv_status rc = vv_ref_name_check(names[i], &err);

		vv_test_write_text("../name", names[i]);
		if ((rc == VV_OK) !=
		    (sh_code("git check-ref-format --branch \"$(cat ../name)\" > /dev/null 2>&1") ==
		     0)) {
			print_error("name '%s'\n", names[i]);
			fail();
		}
		if (rc < 0) {
			assert_int_equal(rc, VV_EUSAGE);
			vv_assert_contains(err.message, "is not a valid name");
		}
	}
}

static void upstreams_are_compared(void **state)
{
	vv_repository *r;
	vv_error err;
	char *upstream;
	uint64_t ahead, behind;

	(void)state;
	git_begin();
	(void)git_commit("one");
	sh("git clone -q . ../c; git commit -q --allow-empty -m two; cd ../c; git commit -q --allow-empty -m a; git commit -q --allow-empty -m b; git fetch -q; git branch alone");
	assert_int_equal(chdir("../c"), 0);
	r = open_here();
	vv_assert_ok(vv_branch_upstream(r, "refs/heads/main", &upstream, &ahead, &behind, &err),
		     &err);
	assert_string_equal(upstream, "refs/remotes/origin/main");
	assert_int_equal(ahead, 2);
	assert_int_equal(behind, 1);
	vv_free(upstream);
	vv_assert_status(
		vv_branch_upstream(r, "refs/heads/alone", &upstream, &ahead, &behind, &err),
		VV_ENOTFOUND, &err);
	assert_null(upstream);
	sh("git branch -q -u main alone; git config remote.o2.fetch '+refs/heads/rel-*-x:refs/remotes/o2/*/y'; git config branch.b.remote o2; "
	   "git config branch.b.merge refs/heads/rel-7-x; git branch b; git update-ref refs/remotes/o2/7/y main~1");
	vv_repository_close(r);
	r = open_here();
	vv_assert_ok(vv_branch_upstream(r, "refs/heads/alone", &upstream, &ahead, &behind, &err),
		     &err);
	assert_string_equal(upstream, "refs/heads/main");
	vv_free(upstream);
	vv_assert_ok(vv_branch_upstream(r, "refs/heads/b", &upstream, &ahead, &behind, &err), &err);
	assert_string_equal(upstream, out("git rev-parse --symbolic-full-name 'b@{u}'"));
	assert_int_equal(ahead, 1);
	vv_free(upstream);
	sh("git update-ref -d refs/remotes/origin/main");
	vv_assert_status(vv_branch_upstream(r, "refs/heads/main", &upstream, &ahead, &behind, &err),
			 VV_EMISSING, &err);
	assert_string_equal(upstream, "refs/remotes/origin/main");
	vv_free(upstream);
	vv_repository_close(r);
}

static void a_checked_out_branch_is_found_in_any_worktree(void **state)
{
	vv_repository *r;
	vv_error err;
	char *where;

	(void)state;
	git_begin();
	(void)git_commit("one");
	sh("git worktree add -q ../side -b side; git branch free; git worktree add -q --detach ../det");
	r = open_here();
	vv_assert_ok(vv_branch_checked_out(r, "refs/heads/side", &where, &err), &err);
	assert_string_equal(where, out("cd ../side; pwd -P"));
	vv_free(where);
	vv_assert_ok(vv_branch_checked_out(r, "refs/heads/main", &where, &err), &err);
	assert_string_equal(where, out("pwd -P"));
	vv_free(where);
	vv_assert_ok(vv_branch_checked_out(r, "refs/heads/free", &where, &err), &err);
	assert_null(where);
	vv_repository_close(r);
}

/* As in a submodule. */
static void the_work_tree_of_a_git_folder_elsewhere_is_named(void **state)
{
	vv_repository *r;
	vv_error err;
	char *where;

	(void)state;
	git_home();
	sh("mkdir modules; git init -q -b main --separate-git-dir=modules/w w");
	assert_int_equal(chdir("w"), 0);
	(void)git_commit("one");
	r = open_here();
	vv_assert_ok(vv_branch_checked_out(r, "refs/heads/main", &where, &err), &err);
	assert_string_equal(where, out("pwd -P"));
	vv_free(where);
	vv_repository_close(r);
}

/* --- states --------------------------------------------------------------------------- */

static void a_merge_that_git_began_is_finished_as_git_would(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_repository *r;
	vv_error err;
	vv_oid *heads;
	size_t count;

	(void)state;
	git_begin();
	sh("git commit -q --allow-empty -m x; git checkout -q -b o; git commit -q --allow-empty -m y; git checkout -q main; "
	   "git commit -q --allow-empty -m z; git merge -q --no-commit o > /dev/null");
	r = open_here();
	assert_string_equal(vv_state_name(r), "merge");
	vv_assert_ok(vv_state_merge_heads(r, &heads, &count, &err), &err);
	assert_int_equal(count, 1);
	assert_string_equal(hex_of(&heads[0]), out("git rev-parse o"));
	vv_free(heads);
	vv_assert_ok(vv_state_message(r, &b, &err), &err);
	assert_string_equal(vv_buf_cstr(&b), "Merge branch 'o'\n");
	vv_assert_ok(vv_state_cleanup(r, &err), &err);
	assert_string_equal(vv_state_name(r), "");
	vv_assert_ok(vv_state_merge_heads(r, &heads, &count, &err), &err);
	assert_int_equal(count, 0);
	vv_free(heads);
	vv_buf_clear(&b);
	vv_repository_close(r);
	assert_int_equal(sh_code("git rev-parse -q --verify MERGE_HEAD > /dev/null"), 1);
}

static void a_pick_that_varve_began_is_one_for_git(void **state)
{
	vv_repository *r;
	vv_error err;
	vv_oid head;

	(void)state;
	git_begin();
	sh("git commit -q --allow-empty -m x");
	r = open_here();
	head = rev(r, "HEAD");
	vv_assert_ok(vv_state_begin_pick(r, "revert", &head, "Revert\n", &err), &err);
	assert_string_equal(vv_state_name(r), "revert");
	assert_string_equal(out("git rev-parse REVERT_HEAD"), hex_of(&head));
	vv_assert_ok(vv_state_cleanup(r, &err), &err);
	assert_string_equal(vv_state_name(r), "");
	vv_repository_close(r);
}

static void rebases_and_bisections_are_told_and_survive_a_cleanup(void **state)
{
	vv_repository *r;
	vv_error err;

	(void)state;
	git_begin();
	sh("echo 1 > f; git add .; git commit -qm x; git checkout -q -b o; echo 2 > f; git commit -qam y; git checkout -q main; "
	   "echo 3 > f; git commit -qam z; git rebase -q o > /dev/null 2>&1; true");
	r = open_here();
	assert_string_equal(vv_state_name(r), "rebase");
	vv_assert_ok(vv_state_cleanup(r, &err), &err);
	assert_string_equal(vv_state_name(r), "rebase");
	sh("git rebase --abort; git bisect start > /dev/null");
	assert_string_equal(vv_state_name(r), "bisect");
	vv_repository_close(r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(refs_are_listed_sorted_and_peeled),
	cmocka_unit_test(locks_and_junk_among_the_refs_hide_no_branch),
	cmocka_unit_test(where_head_is_is_told_by_branch_and_commit),
	cmocka_unit_test(a_ref_moves_only_from_where_it_was_seen),
	cmocka_unit_test(names_and_targets_are_checked),
	cmocka_unit_test(a_ref_and_a_folder_of_refs_cannot_share_a_name),
	cmocka_unit_test(a_deleted_ref_is_gone_loose_and_packed),
	cmocka_unit_test(several_refs_move_together_or_not_at_all),
	cmocka_unit_test(many_refs_move_as_one_packed_file),
	cmocka_unit_test(a_held_ref_lock_is_waited_for_then_named),
	cmocka_unit_test(a_branch_that_cannot_be_read_is_not_one_without_a_commit),
	cmocka_unit_test(nobodys_move_is_lost_when_many_move_at_once),
	cmocka_unit_test(a_fault_while_moving_leaves_the_old_or_the_new),
	cmocka_unit_test(head_switches_between_branches_and_commits),
	cmocka_unit_test(names_are_judged_as_git_judges_them),
	cmocka_unit_test(upstreams_are_compared),
	cmocka_unit_test(a_checked_out_branch_is_found_in_any_worktree),
	cmocka_unit_test(the_work_tree_of_a_git_folder_elsewhere_is_named),
	cmocka_unit_test(a_merge_that_git_began_is_finished_as_git_would),
	cmocka_unit_test(a_pick_that_varve_began_is_one_for_git),
	cmocka_unit_test(rebases_and_bisections_are_told_and_survive_a_cleanup),
};

VV_TEST_SUITE(refs)
