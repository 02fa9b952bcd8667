/*
 * git_receive: what is taken of a peer's objects, and what never gets past the quarantine.
 */
#include "tests/unit/repo/git_transfer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "repo/known/loose_pack.h"

static vv_git_receive *begin(vv_repository *r, const vv_git_limits *limits)
{
	vv_git_receive *g = NULL;
	vv_error err;

	vv_assert_ok(vv_git_receive_open(&g, r, limits, &err), &err);
	return g;
}

static vv_oid take(vv_git_receive *g, vv_git_type type, const void *bytes, size_t len)
{
	vv_error err;
	vv_oid id;

	vv_assert_ok(vv_git_receive_object(g, type, bytes, len, &id, &err), &err);
	return id;
}

static void put_entry(vv_buf *b, const char *mode, const char *name, const vv_oid *id)
{
	vv_buf_printf(b, "%s %s", mode, name);
	vv_buf_putc(b, '\0');
	vv_buf_put(b, id->id, sizeof id->id);
}

static vv_status try_tree(vv_git_receive *g, const vv_buf *b, vv_error *err)
{
	vv_oid id;

	return vv_git_receive_object(g, VV_GIT_TREE, vv_buf_cstr(b), b->len, &id, err);
}

static const char *quarantines(void)
{
	return out("ls -d .git/objects/tmp_objdir* 2>/dev/null | wc -l");
}

/* --- form --------------------------------------------------------------------------------- */

static void trees_that_lead_elsewhere_are_refused(void **state)
{
	static const char *const names[] = {
		".",
		"..",
		".git",
		".GIT",
		".Git",
		"git~1",
		"GIT~1",
		".git.",
		".git ",
		".git . .",
		".g\xe2\x80\x8cit",
		"\xef\xbb\xbf.git",
		".git\xe2\x80\x8f",
		".git:stream",
		".git::$INDEX_ALLOCATION",
		"x\\.git",
		".git\\config",
		"git~1:x",
	};
	static const char *const fine[] = {".gitignore", "git", ".gitx",    "git~2", "...",
					   "a:b",        "-x",  "\xff\xfe", "con"};
	vv_repository *r;
	vv_git_receive *g;
	vv_oid blob;
	vv_error err;
	size_t i;

	(void)state;
	git_begin();
	r = open_here();
	g = begin(r, NULL);
	blob = take(g, VV_GIT_BLOB, "x", 1);
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		vv_buf b = VV_BUF_INIT;

		put_entry(&b, "100644", names[i], &blob);
		print_message("%s\n", names[i]);
		vv_assert_status(try_tree(g, &b, &err), VV_ECORRUPT, &err);
		vv_assert_contains(err.message, "has an entry");
		vv_buf_clear(&b);
	}
	for (i = 0; i < sizeof fine / sizeof fine[0]; i++) {
		vv_buf b = VV_BUF_INIT;

		put_entry(&b, "100644", fine[i], &blob);
		vv_assert_ok(try_tree(g, &b, &err), &err);
		vv_buf_clear(&b);
	}
	assert_int_equal(vv_git_receive_count(g), 1 + i);
	vv_git_receive_close(g);
	vv_repository_close(r);
}

/* Entries as "mode name" separated by ';'; NULL: fine. */
static void tree_is(vv_git_receive *g, const vv_oid *id, const char *entries, const char *fault)
{
	char *copy = vv_strdup(entries), *part, *rest = copy;
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	while ((part = rest) != NULL && *part) {
		char *end = strchr(part, ';'), *space = strchr(part, ' ');

		rest = end ? end + 1 : NULL;
		if (end) {
			*end = '\0';
		}
		*space = '\0';
		put_entry(&b, part, space + 1, id);
	}
	print_message("%s\n", entries);
	if (fault) {
		vv_assert_status(try_tree(g, &b, &err), VV_ECORRUPT, &err);
		vv_assert_contains(err.message, fault);
	} else {
		vv_assert_ok(try_tree(g, &b, &err), &err);
	}
	vv_buf_clear(&b);
	vv_free(copy);
}

static void trees_are_in_order_and_name_nothing_twice(void **state)
{
	vv_repository *r;
	vv_git_receive *g;
	vv_oid blob, none = {{0}};
	vv_error err;

	(void)state;
	git_begin();
	r = open_here();
	g = begin(r, NULL);
	blob = take(g, VV_GIT_BLOB, "x", 1);
	tree_is(g, &blob, "100644 a;100644 b;40000 c", NULL);
	tree_is(g, &blob, "", NULL);
	tree_is(g, &blob, "100644 b;100644 a", "order");
	tree_is(g, &blob, "100644 a;100644 a", "twice");
	tree_is(g, &blob, "100644 a;120000 a", "twice");
	tree_is(g, &blob, "40000 a;40000 a", "twice");
	tree_is(g, &blob, "100644 a;40000 a", "twice");
	tree_is(g, &blob, "100644 a;100644 a-b;40000 a", "twice");
	tree_is(g, &blob, "100644 a;100644 a-b;100644 a-b-c;100644 a.b;40000 a", "twice");
	tree_is(g, &blob, "100644 a;100644 a-b;40000 a-b", "twice");
	tree_is(g, &blob, "100644 a-b;100644 a.b;40000 a;100644 a0", NULL);
	tree_is(g, &blob, "40000 a;100644 a-b", "order");               /* a folder sorts as "a/" */
	tree_is(g, &blob, "040000 a;100664 b;100755 c;120000 d", NULL); /* old ones are like that */
	tree_is(g, &blob, "10644 a", "of an unknown kind");
	tree_is(g, &blob, "40755 a", "of an unknown kind");
	tree_is(g, &none, "100644 a", "with the id 000");
	vv_assert_status(vv_git_receive_object(g, VV_GIT_TREE, "100644 a", 8, &none, &err),
			 VV_ECORRUPT, &err);
	vv_assert_status(vv_git_receive_object(g, VV_GIT_TREE, "100644 a/b\0xxxxxxxxxxxxxxxxxxxx",
					       31, &none, &err),
			 VV_ECORRUPT, &err);
	vv_git_receive_close(g);
	vv_repository_close(r);
}

static void commits_and_tags_need_their_headers(void **state)
{
#define ID "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
	static const struct {
		vv_git_type type;
		const char *text;
		const char *fault; /* NULL: fine */
	} all[] = {
		{VV_GIT_COMMIT, "tree " ID "\nauthor a\ncommitter b\n\nx", NULL},
		{VV_GIT_COMMIT,
		 "tree " ID "\nparent " ID "\nparent " ID "\nauthor a\ncommitter b\ngpgsig x\n\n",
		 NULL},
		{VV_GIT_COMMIT, "", "tree"},
		{VV_GIT_COMMIT, "tree " ID, "tree"},
		{VV_GIT_COMMIT,
		 "tree 4B825DC642CB6EB9A060E54BF8D69288FBEE4904\nparent "
		 "4B825DC642CB6EB9A060E54BF8D69288FBEE4904\nauthor a\ncommitter b\n\n",
		 NULL}, /* as git fsck */
		{VV_GIT_COMMIT, "tree " ID "0\nauthor a\ncommitter b\n\n", "tree"},
		{VV_GIT_COMMIT, "tree " ID "\ncommitter b\n\n", "author"},
		{VV_GIT_COMMIT, "tree " ID "\nauthor \ncommitter b\n\n", "author"},
		{VV_GIT_COMMIT, "tree " ID "\nauthor a\n\n", "committer"},
		{VV_GIT_COMMIT, "tree " ID "\nauthor a\nparent " ID "\ncommitter b\n\n",
		 "committer"},
		{VV_GIT_TAG, "object " ID "\ntype tree\ntag x\ntagger y\n\n", NULL},
		{VV_GIT_TAG, "object " ID "\ntype tree\ntag x\n", NULL},
		{VV_GIT_TAG, "type tree\ntag x\n", "object"},
		{VV_GIT_TAG, "object " ID "\ntype leaf\ntag x\n", "kind"},
		{VV_GIT_TAG, "object " ID "\ntype tree\n\n", "name"},
	};
	vv_repository *r;
	vv_git_receive *g;
	vv_error err;
	vv_oid id;
	size_t i;

	(void)state;
	git_begin();
	r = open_here();
	g = begin(r, NULL);
	for (i = 0; i < sizeof all / sizeof all[0]; i++) {
		vv_status rc = vv_git_receive_object(g, all[i].type, all[i].text,
						     strlen(all[i].text), &id, &err);

		print_message("%s\n", all[i].text);
		vv_assert_status(rc, all[i].fault ? VV_ECORRUPT : VV_OK, &err);
		if (all[i].fault) {
			vv_assert_contains(err.message, all[i].fault);
		}
	}
	vv_assert_status(vv_git_receive_object(g, VV_GIT_COMMIT,
					       "tree " ID "\nauthor a\0\ncommitter b\n\n", 67, &id,
					       &err),
			 VV_ECORRUPT, &err);
	vv_assert_contains(err.message, "NUL");
	vv_assert_status(vv_git_receive_object(g, (vv_git_type)6, "x", 1, &id, &err), VV_ECORRUPT,
			 &err);
	vv_git_receive_close(g);
	vv_repository_close(r);
}

/* --- limits ------------------------------------------------------------------------------- */

static void limits_end_a_transfer(void **state)
{
	vv_git_limits objects = {.objects = 2}, bytes = {.bytes = 10}, one = {.object_bytes = 3};
	vv_repository *r;
	vv_git_receive *g;
	vv_error err;
	vv_oid id;

	(void)state;
	git_begin();
	r = open_here();
	g = begin(r, &objects);
	(void)take(g, VV_GIT_BLOB, "a", 1);
	(void)take(g, VV_GIT_BLOB, "b", 1);
	vv_assert_status(vv_git_receive_object(g, VV_GIT_BLOB, "c", 1, &id, &err), VV_EREFUSED,
			 &err);
	vv_assert_contains(err.message, "more than 2");
	vv_git_receive_close(g);
	g = begin(r, &bytes);
	(void)take(g, VV_GIT_BLOB, "1234", 4);
	(void)take(g, VV_GIT_BLOB, "1234", 4); /* the same one has its price too */
	(void)take(g, VV_GIT_BLOB, "12", 2);
	assert_int_equal(vv_git_receive_count(g), 2);
	vv_assert_status(vv_git_receive_object(g, VV_GIT_BLOB, "c", 1, &id, &err), VV_EREFUSED,
			 &err);
	vv_git_receive_close(g);
	g = begin(r, &one);
	(void)take(g, VV_GIT_BLOB, "abc", 3);
	vv_assert_status(vv_git_receive_object(g, VV_GIT_BLOB, "abcd", 4, &id, &err), VV_EREFUSED,
			 &err);
	vv_git_receive_close(g);
	vv_repository_close(r);
	assert_string_equal(quarantines(), "0");
}

/* --- bases ---------------------------------------------------------------------------------- */

static void a_base_is_what_came_before_or_is_here(void **state)
{
	vv_repository *r;
	vv_git_receive *g;
	vv_buf b = VV_BUF_INIT, big = VV_BUF_INIT;
	vv_prng p;
	vv_oid here, id, ids[300];
	vv_error err;
	unsigned i;

	(void)state;
	git_begin();
	sh("echo here > f; git add f; git commit -qm 1");
	here = oid_of(out("git rev-parse HEAD:f"));
	r = open_here();
	g = begin(r, NULL);
	vv_prng_init(&p, 5);
	for (i = 0; i < 300; i++) { /* many, some of them long, so that they lie in the file */
		size_t len = i % 50 == 0 ? 300000 : i % 7 == 0 ? 0 : 200;

		vv_buf_reset(&big);
		assert_true(vv_buf_reserve(&big, len + 1));
		vv_prng_bytes(&p, big.data, len);
		big.len = len;
		ids[i] = take(g, VV_GIT_BLOB, big.data, len);
	}
	vv_prng_init(&p, 5);
	for (i = 0; i < 300; i++) {
		size_t len = i % 50 == 0 ? 300000 : i % 7 == 0 ? 0 : 200;

		vv_assert_ok(
			vv_git_receive_base(g, VV_GIT_BLOB, ids[i].id, i % 2 ? 8 : 20, &b, &err),
			&err);
		assert_int_equal(b.len, len);
		vv_prng_bytes(&p, big.data, len);
		assert_memory_equal(b.data, big.data, len);
	}
	vv_assert_ok(vv_git_receive_base(g, VV_GIT_BLOB, here.id, 6, &b, &err), &err);
	assert_string_equal(vv_buf_cstr(&b), "here\n");
	vv_assert_status(vv_git_receive_base(g, VV_GIT_TREE, here.id, 6, &b, &err), VV_ENOTFOUND,
			 &err);
	vv_assert_status(vv_git_receive_base(g, VV_GIT_TREE, ids[1].id, 20, &b, &err), VV_ENOTFOUND,
			 &err);
	vv_assert_status(vv_git_receive_base(g, VV_GIT_BLOB, here.id, 3, &b, &err), VV_ENOTFOUND,
			 &err);
	vv_assert_status(vv_git_receive_base(g, VV_GIT_BLOB, here.id, 21, &b, &err), VV_ENOTFOUND,
			 &err);
	memset(&id, 0xab, sizeof id);
	vv_assert_status(vv_git_receive_base(g, VV_GIT_BLOB, id.id, 8, &b, &err), VV_ENOTFOUND,
			 &err);
	vv_buf_clear(&b);
	vv_buf_clear(&big);
	vv_git_receive_close(g);
	vv_repository_close(r);
}

/* --- what is missing -------------------------------------------------------------------------- */

static vv_repository *open_peer(void)
{
	vv_repository *r = NULL;
	vv_error err;

	sh("rm -rf ../peer.git; git init -q --bare ../peer.git");
	vv_assert_ok(vv_repository_open(&r, "../peer.git", vv_test_env(), &err), &err);
	return r;
}

static void an_object_left_out_is_noticed_whichever_it_is(void **state)
{
	vv_repository *from, *to;
	vv_oid want;
	vv_error err;
	transfer t;
	uint64_t n, count = 2;

	(void)state;
	git_begin();
	sh("mkdir d; for i in 1 2; do echo $i > d/f; git add .; git commit -qm $i; done; ln -s x l; git add l; git commit -qm 3");
	from = open_here();
	want = rev(from, "HEAD");
	for (n = 1; n <= count; n++) {
		to = open_peer();
		memset(&t, 0, sizeof t);
		t.skip = n;
		t.to = begin(to, NULL);
		vv_assert_ok(transfer_objects(&t, from, &want, 1, NULL, 0, &err), &err);
		count = t.objects;
		vv_assert_status(vv_git_receive_end(t.to, &want, 1, &err), VV_EMISSING, &err);
		assert_int_not_equal(err.message[0], '\0');
		vv_assert_status(vv_git_receive_install(t.to, &err), VV_EUSAGE, &err);
		vv_git_receive_close(t.to);
		vv_repository_close(to);
		assert_string_equal(out("find ../peer.git/objects -type f | wc -l"), "0");
	}
	assert_int_equal(count, strtoul(out("git rev-list --objects main | wc -l"), NULL, 10));
	vv_repository_close(from);
}

/* The objects of a pruned history may lie about, with holes. */
static void objects_that_only_lie_about_are_not_built_upon(void **state)
{
	vv_repository *from, *to;
	vv_oid want, have;
	vv_error err;
	transfer t = {0};

	(void)state;
	git_begin();
	sh("mkdir d; echo 1 > d/f; git add .; git commit -qm 1; echo 2 > d/g; git add .; git commit -qm 2");
	from = open_here();
	want = rev(from, "HEAD");
	have = rev(from, "HEAD~1");
	to = open_peer();
	sh("for o in $(git rev-parse HEAD~1 HEAD~1^{tree} HEAD~1:d); do git cat-file $(git cat-file -t $o) $o | git -C ../peer.git hash-object -w --stdin -t $(git cat-file -t $o) > /dev/null; done");
	t.to = begin(to, NULL);
	vv_assert_ok(transfer_objects(&t, from, &want, 1, &have, 1, &err), &err);
	vv_assert_status(vv_git_receive_end(t.to, &want, 1, &err), VV_EMISSING, &err); /* d/f */
	vv_git_receive_close(t.to);
	/* With that file there it is whole, and goes on. */
	sh("echo 1 | git -C ../peer.git hash-object -w --stdin > /dev/null");
	memset(&t, 0, sizeof t);
	t.to = begin(to, NULL);
	vv_assert_ok(transfer_objects(&t, from, &want, 1, &have, 1, &err), &err);
	vv_assert_ok(vv_git_receive_end(t.to, &want, 1, &err), &err);
	vv_git_receive_close(t.to);
	vv_repository_close(to);
	vv_repository_close(from);
}

static void a_tree_of_the_haves_may_be_missing(void **state)
{
	vv_repository *from, *to;
	vv_oid want, have;
	vv_error err;
	transfer t = {0};

	(void)state;
	git_begin();
	sh("mkdir d; echo 1 > d/f; echo 1 > g; git add .; git commit -qm 1; echo 2 > d/f; git add .; git commit -qm 2");
	to = open_peer();
	sh("git push -q ../peer.git HEAD~1:refs/heads/main; for o in HEAD~1^{tree} HEAD~1:d; do "
	   "h=$(git rev-parse $o); rm -f .git/objects/$(echo $h | cut -c1-2)/$(echo $h | cut -c3-); done");
	from = open_here();
	want = rev(from, "HEAD");
	have = rev(from, "HEAD~1");
	t.to = begin(to, NULL);
	vv_assert_ok(transfer_objects(&t, from, &want, 1, &have, 1, &err), &err);
	vv_assert_ok(vv_git_receive_end(t.to, &want, 1, &err), &err);
	vv_git_receive_close(t.to);
	vv_repository_close(to);
	vv_repository_close(from);
}

static void a_tip_that_is_nowhere_is_missing(void **state)
{
	vv_repository *r;
	vv_git_receive *g;
	vv_oid tip;
	vv_error err;

	(void)state;
	git_begin();
	sh("git commit -q --allow-empty -m 1");
	r = open_here();
	g = begin(r, NULL);
	memset(&tip, 3, sizeof tip);
	vv_assert_status(vv_git_receive_end(g, &tip, 1, &err), VV_EMISSING, &err);
	tip = rev(r, "HEAD");
	vv_assert_ok(vv_git_receive_end(g, &tip, 1, &err), &err); /* nothing new is fine */
	vv_assert_ok(vv_git_receive_install(g, &err), &err);
	assert_int_equal(vv_git_receive_count(g), 0);
	vv_git_receive_close(g);
	vv_repository_close(r);
	assert_string_equal(out("ls .git/objects/pack | wc -l"), "0");
	assert_string_equal(quarantines(), "0");
}

/* --- quarantine ---------------------------------------------------------------------------------- */

static void nobody_else_sees_the_objects_before_they_are_installed(void **state)
{
	vv_repository *from, *to;
	vv_oid want;
	vv_error err;
	transfer t = {0};
	bool known;

	(void)state;
	git_begin();
	sh("echo 1 > f; git add .; git commit -qm 1");
	from = open_here();
	want = rev(from, "HEAD");
	to = open_peer();
	t.to = begin(to, NULL);
	vv_assert_ok(transfer_objects(&t, from, &want, 1, NULL, 0, &err), &err);
	vv_assert_ok(vv_git_receive_end(t.to, &want, 1, &err), &err);
	assert_int_not_equal(
		sh_code("git -C ../peer.git cat-file -e %s 2>/dev/null", hex_of(&want)), 0);
	vv_assert_ok(vv_rev_commit(vv_git_receive_repository(t.to), hex_of(&want), &want, &err),
		     &err);
	vv_assert_ok(vv_commits_known(vv_git_receive_repository(t.to), &want, 1, &known, &err),
		     &err);
	assert_false(known);
	vv_assert_ok(vv_git_receive_install(t.to, &err), &err);
	vv_assert_ok(vv_git_receive_install(t.to, &err), &err);
	sh("git -C ../peer.git cat-file -e %s", hex_of(&want));
	vv_assert_ok(vv_ref_update(to, "refs/heads/main", &want, NULL, false, "m", &err), &err);
	vv_git_receive_close(t.to);
	vv_repository_close(to);
	vv_repository_close(from);
	sh("cd ../peer.git && git fsck --strict && git verify-pack objects/pack/*.idx");
	assert_string_equal(out("ls -d ../peer.git/objects/tmp* 2>/dev/null | wc -l"), "0");
}

static void what_a_killed_process_left_is_cleaned_up(void **state)
{
	vv_repository *r;
	vv_git_receive *g;
	vv_error err;
	uint64_t packed;
	pid_t pid;
	int status;

	(void)state;
	git_begin();
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		g = begin(open_here(), NULL);
		(void)take(g, VV_GIT_BLOB, "x", 1);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	sh("mkdir .git/objects/tmp_objdir-varve-0123456789abcdef"); /* of another kind */
	r = open_here();
	assert_string_equal(quarantines(), "2");
	vv_assert_ok(vv_git_receive_clean(r, &err), &err);
	assert_string_equal(quarantines(), "1");
	g = begin(r, NULL);
	vv_assert_ok(vv_git_receive_clean(r, &err), &err);
	assert_string_equal(quarantines(), "2"); /* one that is in use stays */
	/* However long a transfer takes, nobody removes its folder. */
	sh("touch -d '3 days ago' .git/objects/tmp_objdir*");
	vv_assert_ok(vv_git_pack_loose(r, 0, &packed, &err), &err);
	assert_string_equal(quarantines(), "1");
	(void)take(g, VV_GIT_BLOB, "x", 1);
	vv_git_receive_close(g);
	vv_repository_close(r);
	assert_string_equal(quarantines(), "0");
}

static void a_linked_worktree_receives_into_the_common_folder(void **state)
{
	vv_repository *from, *to;
	vv_oid want;
	vv_error err;
	transfer t;

	(void)state;
	git_begin();
	sh("git commit -q --allow-empty -m 1; git worktree add -q ../w; git init -q ../src; cd ../src; echo 1 > f; git add f; git commit -qm src");
	vv_assert_ok(vv_repository_open(&from, "../src", vv_test_env(), &err), &err);
	vv_assert_ok(vv_repository_open(&to, "../w", vv_test_env(), &err), &err);
	want = rev(from, "HEAD");
	vv_assert_ok(transfer_all(&t, from, to, &want, NULL, "came", &err), &err);
	vv_repository_close(to);
	vv_repository_close(from);
	assert_git_sound();
	assert_string_equal(out("git log -1 --format=%%s came"), "src");
}

/* --- the machine fails ------------------------------------------------------------------------------ */

static void fault_round(vv_fault kind, int number, unsigned step)
{
	unsigned n, failed = 0;
	bool struck = true;

	git_begin();
	sh("mkdir d; for i in 1 2 3; do seq $i 90 > d/f; echo $i > g; git add .; git commit -qm $i; done; git tag -a -m x v");
	for (n = 1; struck; n += step) {
		vv_repository *from = open_here(), *to = open_peer();
		vv_oid want = rev(from, "HEAD");
		vv_error err;
		vv_status rc;
		transfer t;

		vv_fault_set(kind, n, number);
		rc = transfer_all(&t, from, to, &want, NULL, "main", &err);
		struck = vv_fault_clear();
		assert_true(rc == VV_OK || struck);
		if (rc < 0) {
			assert_int_not_equal(err.message[0], '\0');
			failed++;
		}
		assert_true(rc < 0 ||
			    sh_code("git -C ../peer.git rev-parse -q --verify main > /dev/null") ==
				    0);
		vv_repository_close(to);
		sh("cd ../peer.git && git fsck --strict --no-dangling 2>&1 | (! grep -v ^notice:)");
		/* The next try goes through, and removes what the first may have left. */
		vv_assert_ok(vv_repository_open(&to, "../peer.git", vv_test_env(), &err), &err);
		vv_assert_ok(transfer_all(&t, from, to, &want, NULL, "main", &err), &err);
		vv_repository_close(to);
		assert_string_equal(out("git -C ../peer.git rev-parse main"), hex_of(&want));
		assert_string_equal(out("ls -d ../peer.git/objects/tmp* 2>/dev/null | wc -l"), "0");
		vv_repository_close(from);
	}
	assert_true(failed > 0);
}

static void without_memory_nothing_is_lost(void **state)
{
	(void)state;
	fault_round(VV_FAULT_ALLOC, ENOMEM, 3);
}

static void with_a_full_disk_nothing_is_lost(void **state)
{
	(void)state;
	fault_round(VV_FAULT_WRITE, ENOSPC, 1);
	fault_round(VV_FAULT_MKDIR, ENOSPC, 1);
}

static void with_failing_renames_and_syncs_nothing_is_lost(void **state)
{
	(void)state;
	fault_round(VV_FAULT_RENAME, EIO, 1);
	fault_round(VV_FAULT_FSYNC, EIO, 1);
}

static void killed_anywhere_nothing_is_lost(void **state)
{
	unsigned n, killed = 0;
	bool ended = false;

	(void)state;
	git_begin();
	sh("mkdir d; for i in 1 2 3; do seq $i 90 > d/f; echo $i > g; git add .; git commit -qm $i; done");
	for (n = 1; !ended; n++) {
		vv_repository *from = open_here(), *to = open_peer();
		vv_oid want = rev(from, "HEAD");
		vv_error err;
		transfer t;
		pid_t pid = fork();
		int status;

		assert_true(pid >= 0);
		if (pid == 0) {
			vv_fault_kill(n);
			_exit(transfer_all(&t, from, to, &want, NULL, "main", &err) == VV_OK ? 0
											     : 1);
		}
		vv_repository_close(to);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		ended = WEXITSTATUS(status) == 0;
		assert_true(ended || WEXITSTATUS(status) == VV_FAULT_KILLED);
		killed += !ended;
		sh("cd ../peer.git && git fsck --strict --no-dangling 2>&1 | (! grep -v ^notice:); rm -f refs/heads/*.lock");
		vv_assert_ok(vv_repository_open(&to, "../peer.git", vv_test_env(), &err), &err);
		vv_assert_ok(transfer_all(&t, from, to, &want, NULL, "main", &err), &err);
		vv_repository_close(to);
		vv_repository_close(from);
		assert_string_equal(out("git -C ../peer.git rev-parse main"), hex_of(&want));
		assert_string_equal(out("ls -d ../peer.git/objects/tmp* 2>/dev/null | wc -l"), "0");
	}
	assert_true(killed > 10);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(trees_that_lead_elsewhere_are_refused),
	cmocka_unit_test(trees_are_in_order_and_name_nothing_twice),
	cmocka_unit_test(commits_and_tags_need_their_headers),
	cmocka_unit_test(limits_end_a_transfer),
	cmocka_unit_test(a_base_is_what_came_before_or_is_here),
	cmocka_unit_test(an_object_left_out_is_noticed_whichever_it_is),
	cmocka_unit_test(objects_that_only_lie_about_are_not_built_upon),
	cmocka_unit_test(a_tree_of_the_haves_may_be_missing),
	cmocka_unit_test(a_tip_that_is_nowhere_is_missing),
	cmocka_unit_test(nobody_else_sees_the_objects_before_they_are_installed),
	cmocka_unit_test(what_a_killed_process_left_is_cleaned_up),
	cmocka_unit_test(a_linked_worktree_receives_into_the_common_folder),
	cmocka_unit_test(without_memory_nothing_is_lost),
	cmocka_unit_test(with_a_full_disk_nothing_is_lost),
	cmocka_unit_test(killed_anywhere_nothing_is_lost),
	cmocka_unit_test(with_failing_renames_and_syncs_nothing_is_lost),
};

VV_TEST_SUITE(git_receive)
