#include "tests/unit/repo/git_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "repo/git/pointer.h"
#include "repo/known/roots.h"

/* --- helpers: pointers p1, p2 ... whose roots have the number as last byte --------- */

static void write_pointer(const char *path, unsigned number)
{
	vv_pointer p = {0};
	vv_buf b = VV_BUF_INIT;

	p.kind = "file";
	p.root.codec = VV_CODEC_DAG_CBOR;
	p.root.digest[30] = (uint8_t)(number >> 8);
	p.root.digest[31] = (uint8_t)number;
	p.bytes = number;
	vv_pointer_put(&b, &p);
	vv_test_write(path, b.data, b.len);
	vv_buf_clear(&b);
}

typedef struct found {
	vv_buf text;
	bool seen[65536];
	unsigned damaged, meant;
} found;

static vv_status on_root(void *payload, const vv_cid *cid, const char *path, const vv_oid *commit,
			 const char *what, vv_error *err)
{
	found *f = payload;

	(void)err;
	(void)commit;
	if (!cid) {
		f->damaged++;
		vv_buf_printf(&f->text, "damaged %s: %s\n", path, what);
		return VV_OK;
	}
	if (what) { /* what a damaged one may mean comes behind it */
		assert_true(f->damaged > 0);
		f->meant++;
		return VV_OK;
	}
	assert_false(f->seen[cid->digest[30] << 8 | cid->digest[31]]);
	f->seen[cid->digest[30] << 8 | cid->digest[31]] = true;
	vv_buf_printf(&f->text, "%s ", path);
	return VV_OK;
}

static found all; /* large, so not on the stack */

static void gather(void)
{
	vv_repository *r = open_here();
	vv_error err;

	vv_buf_clear(&all.text);
	memset(&all, 0, sizeof all);
	vv_assert_ok(vv_roots_each(r, on_root, &all, &err), &err);
	vv_repository_close(r);
}

static void assert_roots(unsigned first, unsigned last)
{
	unsigned i;

	gather();
	for (i = 0; i < 65536; i++) {
		if (all.seen[i] != (i >= first && i <= last)) {
			print_error("root %u\n", i);
		}
		assert_int_equal(all.seen[i], i >= first && i <= last);
	}
	vv_buf_clear(&all.text);
}

/* --- tests -------------------------------------------------------------------------- */

static void every_place_that_keeps_a_table_alive_is_found(void **state)
{
	(void)state;
	git_begin();
	sh("mkdir -p a/b");
	write_pointer("a/b/t.csv", 1);
	sh("git add .; git commit -qm one");
	write_pointer("a/b/t.csv", 2); /* in the history of a branch */
	sh("git commit -qam two; git branch side");
	write_pointer("a/b/t.csv", 3); /* in the reflog only */
	sh("git commit -qam three; git reset -q --hard HEAD~1");
	write_pointer("a/b/t.csv", 4); /* a stash */
	sh("git stash -q");
	write_pointer("u.csv", 5); /* a stash of untracked files, and dropped from the list's top */
	sh("git stash -q -u");
	write_pointer("a/b/t.csv", 6); /* an annotated tag that nothing else names */
	sh("git checkout -q --detach; git commit -qam six; git tag -a -m x six; git tag -a -m y tag-of-tag six; git tag -d six > /dev/null; "
	   "git checkout -q main; git reflog expire --expire=now HEAD");
	write_pointer("n.csv", 7); /* notes */
	sh("git notes add -F n.csv HEAD");
	sh("rm n.csv");
	write_pointer("staged.csv", 8); /* the index */
	sh("git add staged.csv");
	write_pointer("x.csv", 9); /* a tag on a blob, and one on a tree */
	sh("git tag blob $(git hash-object -w x.csv); rm x.csv");
	write_pointer("x.csv", 10);
	sh("GIT_INDEX_FILE=.git/tmp git add x.csv; git tag tree $(GIT_INDEX_FILE=.git/tmp git write-tree); rm x.csv .git/tmp");
	sh("git worktree add -q ../other -b other");
	write_pointer("../other/w.csv", 11); /* another worktree's index */
	sh("git -C ../other add w.csv");
	write_pointer("../other/v.csv", 12); /* its detached HEAD, then its reflog */
	sh("cd ../other; git checkout -q --detach; git add v.csv; git commit -qm v; git checkout -q other 2>/dev/null; git branch -q -f other HEAD~1 2>/dev/null; true");
	write_pointer("f.csv", 13); /* a ref of an unusual kind, packed */
	sh("git update-ref refs/varve/odd $(git commit-tree -m x $(printf '100644 blob %%s\\tf.csv\\n' $(git hash-object -w f.csv) | git mktree)); git pack-refs --all; rm f.csv");
	write_pointer("m.csv", 14); /* what a merge under way brings */
	sh("echo > .git/MERGE_HEAD $(git commit-tree -p HEAD -m x $(printf '100644 blob %%s\\tm.csv\\n' $(git hash-object -w m.csv) | git mktree)); rm m.csv");
	assert_roots(1, 14);
}

static void all_sides_of_a_conflict_are_found(void **state)
{
	(void)state;
	git_begin();
	write_pointer("t.csv", 1);
	sh("git add .; git commit -qm x; git checkout -q -b o");
	write_pointer("t.csv", 2);
	sh("git commit -qam y; git checkout -q main");
	write_pointer("t.csv", 3);
	sh("git commit -qam z; git merge o > /dev/null; git ls-files -s > ../stages; "
	   "rm -rf .git/refs/heads/* .git/logs .git/MERGE_HEAD .git/ORIG_HEAD .git/AUTO_MERGE .git/packed-refs");
	assert_roots(1, 3); /* from the index alone; main is unborn now */
}

static void a_resolved_conflict_can_still_be_taken_back(void **state)
{
	(void)state;
	git_begin();
	write_pointer("t.csv", 1);
	sh("git add .; git commit -qm x; git checkout -q -b o");
	write_pointer("t.csv", 2);
	sh("git commit -qam y; git checkout -q main");
	write_pointer("t.csv", 3);
	sh("git commit -qam z; git merge o > /dev/null; echo text > t.csv; git add t.csv; "
	   "rm -rf .git/refs/heads/* .git/logs .git/MERGE_HEAD .git/ORIG_HEAD .git/AUTO_MERGE");
	assert_roots(1, 3);
}

static void an_empty_repository_has_no_roots(void **state)
{
	(void)state;
	git_begin();
	assert_roots(1, 0);
	git_home();
	sh("git init -q --bare b.git");
	assert_int_equal(chdir("b.git"), 0);
	assert_roots(1, 0);
}

static void rebases_under_way_keep_their_commits(void **state)
{
	(void)state;
	git_begin();
	sh("echo 1 > f; git add .; git commit -qm base; git checkout -q -b topic");
	write_pointer("a.csv", 1);
	sh("echo 2 > f; git add .; git commit -qm a");
	write_pointer("b.csv", 2);
	sh("git add .; git commit -qm b; git checkout -q main; echo 3 > f; git commit -qam m; git checkout -q topic; "
	   "git rebase -q main > /dev/null 2>&1; test -d .git/rebase-merge; git update-ref -d refs/heads/topic; rm -r .git/logs .git/ORIG_HEAD .git/AUTO_MERGE .git/REBASE_HEAD");
	assert_roots(1, 2);
}

static void text_in_its_place_is_no_root_and_a_damaged_pointer_is_told(void **state)
{
	(void)state;
	git_begin();
	write_pointer("t.csv", 1);
	sh("sed 's/\"table/\"chair/; s/\"file/\"fiel/' t.csv > bad.csv; printf 'varve pointer: {\"varve\": 1, and something else, quite long enough to be looked at......}\\n' > worse.csv\n"
	   "sed 's/\"varve\": 1/\"varve\": 9/' t.csv > future.csv; seq 1000 > plain.csv; ln -s \"$(head -1 t.csv | cut -c1-100)\" link\n"
	   "git add .; git commit -qm x");
	gather();
	assert_true(all.seen[1]);
	assert_int_equal(all.damaged, 3);
	assert_int_equal(all.meant, 2);
	vv_assert_contains(vv_buf_cstr(&all.text), "damaged bad.csv:");
	vv_assert_contains(vv_buf_cstr(&all.text),
			   "damaged future.csv: the pointer is of version 9");
	vv_assert_contains(vv_buf_cstr(&all.text), "damaged worse.csv:");
	vv_buf_clear(&all.text);
}

static void a_damaged_ref_stops_the_search(void **state)
{
	vv_repository *r;
	vv_error err;

	(void)state;
	git_begin();
	write_pointer("t.csv", 1);
	sh("git add .; git commit -qm x; git branch b; : > .git/refs/heads/b");
	r = open_here();
	memset(&all, 0, sizeof all);
	vv_assert_status(vv_roots_each(r, on_root, &all, &err), VV_ECORRUPT, &err);
	vv_assert_contains(err.message, "refs/heads/b");
	sh("echo 1234567890123456789012345678901234567890 > .git/refs/heads/b");
	memset(&all.seen, 0, sizeof all.seen);
	vv_assert_status(vv_roots_each(r, on_root, &all, &err), VV_EMISSING, &err);
	vv_assert_contains(err.message, "refs/heads/b");
	vv_buf_clear(&all.text);
	vv_repository_close(r);
}

static void a_missing_object_stops_the_search_unless_only_a_reflog_names_it(void **state)
{
	vv_repository *r;
	vv_error err;
	const char *lost;

	(void)state;
	git_begin();
	write_pointer("t.csv", 1);
	sh("git add .; git commit -qm x; echo 2 > f; git add .; git commit -qm y; git reset -q --hard HEAD~1");
	for (size_t i = 0; i < 2; i++) {
		lost = out(i == 0 ? "git rev-parse HEAD@{1}^{tree}" : "git rev-parse HEAD@{1}");
		sh("h=%s; rm -f .git/objects/$(echo $h | cut -c1-2)/$(echo $h | cut -c3-)", lost);
		assert_roots(1, 1);
	}
	lost = out("git rev-parse HEAD:t.csv");
	sh("h=%s; rm -f .git/objects/$(echo $h | cut -c1-2)/$(echo $h | cut -c3-)", lost);
	r = open_here();
	memset(&all, 0, sizeof all);
	assert_true(vv_roots_each(r, on_root, &all, &err) < 0);
	vv_buf_clear(&all.text);
	vv_repository_close(r);
}

static void shallow_and_partial_clones_have_what_is_here(void **state)
{
	(void)state;
	git_begin();
	write_pointer("t.csv", 1);
	sh("git add .; git commit -qm x");
	write_pointer("t.csv", 2);
	sh("git commit -qam y; git config uploadpack.allowFilter true; git clone -q --depth 1 \"file://$PWD\" ../shallow; "
	   "git clone -q --filter=blob:none \"file://$PWD\" ../partial; "
	   "git clone -q --filter=tree:0 \"file://$PWD\" ../treeless");
	assert_int_equal(chdir("../shallow"), 0);
	assert_roots(2, 2);
	assert_int_equal(chdir("../partial"), 0);
	assert_roots(2, 2);
	/* And nothing was fetched on the way. */
	assert_string_equal(out("git rev-list --objects --all --missing=print | grep -c '^[?]'"),
			    "1");
	assert_int_equal(chdir("../treeless"), 0);
	assert_roots(2, 2);
}

static void the_fault_of_an_allocation_is_reported(void **state)
{
	unsigned n;
	bool struck = true;

	(void)state;
	git_begin();
	write_pointer("t.csv", 1);
	sh("git add .; git commit -qm x; git tag -a -m t v1; mkdir d; cp t.csv d; git add d; git commit -qm y");
	for (n = 1; struck; n += 3) {
		vv_repository *r = open_here();
		vv_error err;
		vv_status rc;

		memset(&all, 0, sizeof all);
		vv_fault_set(VV_FAULT_ALLOC, n, 12);
		rc = vv_roots_each(r, on_root, &all, &err);
		struck = vv_fault_clear();
		vv_buf_clear(&all.text);
		vv_repository_close(r);
		if (struck && rc == VV_OK) {
			assert_true(all.seen[1]); /* a failure that did no harm */
		}
		assert_true(struck || rc == VV_OK);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_place_that_keeps_a_table_alive_is_found),
	cmocka_unit_test(all_sides_of_a_conflict_are_found),
	cmocka_unit_test(a_resolved_conflict_can_still_be_taken_back),
	cmocka_unit_test(an_empty_repository_has_no_roots),
	cmocka_unit_test(rebases_under_way_keep_their_commits),
	cmocka_unit_test(text_in_its_place_is_no_root_and_a_damaged_pointer_is_told),
	cmocka_unit_test(a_damaged_ref_stops_the_search),
	cmocka_unit_test(a_missing_object_stops_the_search_unless_only_a_reflog_names_it),
	cmocka_unit_test(shallow_and_partial_clones_have_what_is_here),
	cmocka_unit_test(the_fault_of_an_allocation_is_reported),
};

VV_TEST_SUITE(roots)
