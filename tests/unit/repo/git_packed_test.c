/*
 * git_packed: a history that goes as a pack of Git's, and packs that must not get past the quarantine.
 */
#include "tests/unit/repo/git_transfer.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/sys.h"

static vv_status take_piece(void *payload, const void *bytes, size_t len, vv_error *err)
{
	return vv_git_receive_pack(payload, bytes, len, err);
}

static vv_repository *open_at(const char *dir)
{
	vv_repository *r = NULL;
	vv_error err;

	vv_assert_ok(vv_repository_open(&r, dir, vv_test_env(), &err), &err);
	return r;
}

/* From one folder to another; the branch 'came' there is the new commit. */
static vv_status carry(const char *from_dir, const char *to_dir, const char *want_name,
		       const char *have_name, const vv_git_limits *limits, vv_error *err)
{
	vv_repository *from = open_at(from_dir), *to = open_at(to_dir);
	vv_git_receive *g = NULL;
	vv_oid want = rev(from, want_name), have;
	vv_status rc;

	if (have_name) {
		have = rev(from, have_name);
	}
	vv_assert_ok(vv_git_receive_open(&g, to, limits, err), err);
	rc = vv_git_pack_send(from, &want, 1, &have, have_name ? 1 : 0, take_piece, g, err);
	if (rc == VV_OK) {
		rc = vv_git_receive_end(g, &want, 1, err);
	}
	if (rc == VV_OK) {
		rc = vv_git_receive_install(g, err);
	}
	if (rc == VV_OK) {
		rc = vv_ref_update(to, "refs/heads/came", &want, NULL, true, "transfer", err);
	}
	vv_git_receive_close(g);
	vv_repository_close(from);
	vv_repository_close(to);
	return rc;
}

/* Two versions of a file of 300 KB in 'from', an empty repository 'to'. */
static void make_both(void)
{
	git_home();
	sh("git init -q -b main from; git init -q -b main to; cd from; seq 50000 > f; mkdir d; echo x > d/g; git add .; "
	   "git commit -q -m one; git tag first; sed -i s/^77$/78/ f; git commit -q -am two");
}

static void nothing_is_left(void)
{
	assert_string_equal(out("cd to; find .git/objects -type f; git for-each-ref"), "");
}

static void a_pack_brings_a_history_and_a_thin_one_what_follows(void **state)
{
	vv_error err;

	(void)state;
	make_both();
	vv_assert_ok(carry("from", "to", "first", NULL, NULL, &err), &err);
	sh("cd to; git fsck --strict; test $(git rev-parse came) = $(git -C ../from rev-parse first)");
	vv_assert_ok(carry("from", "to", "main", "first", NULL, &err), &err);
	sh("cd to; git fsck --strict; test $(git rev-parse came:f) = $(git -C ../from rev-parse main:f)");
	assert_string_equal(out("ls -d to/.git/objects/tmp_objdir* 2>/dev/null | wc -l"), "0");
}

static void a_thin_pack_without_its_base_is_refused(void **state)
{
	vv_error err;

	(void)state;
	make_both();
	vv_assert_status(carry("from", "to", "main", "first", NULL, &err), VV_EMISSING, &err);
	nothing_is_left();
}

static void limits_hold_for_packs(void **state)
{
	const vv_git_limits few = {.objects = 3}, little = {.bytes = 1000},
			    small = {.object_bytes = 100000};
	vv_error err;

	(void)state;
	make_both();
	vv_assert_status(carry("from", "to", "main", NULL, &few, &err), VV_EREFUSED, &err);
	vv_assert_contains(err.message, "the peer sent more than 3 Git objects");
	vv_assert_status(carry("from", "to", "main", NULL, &little, &err), VV_EREFUSED, &err);
	vv_assert_contains(err.message, "maximum allowed size");
	vv_assert_status(carry("from", "to", "main", NULL, &small, &err), VV_EREFUSED, &err);
	vv_assert_contains(err.message, "a Git object of");
	nothing_is_left();
}

/* 64 MiB of zeros are a few KB in a pack, and more memory than one object may take here. */
static void a_bomb_takes_no_memory(void **state)
{
	const vv_git_limits small = {.object_bytes = 1 << 20};
	vv_error err;

	(void)state;
	git_home();
	sh("git init -q -b main from; git init -q -b main to; cd from; head -c 67108864 /dev/zero > z; git add z; "
	   "git commit -q -m bomb");
	vv_assert_status(carry("from", "to", "main", NULL, &small, &err), VV_EREFUSED, &err);
	nothing_is_left();
}

/* A tree with one entry, as a commit on main. */
static void make_odd(const char *mode, const char *name, unsigned others)
{
	char text[640];

	git_home();
	sh("git init -q -b main from; git init -q -b main to; seq 9 > from/f; cd from; git hash-object -w f > blob; "
	   "for i in $(seq %u); do git commit -q --allow-empty -m $i; done",
	   others);
	(void)snprintf(
		text, sizeof text,
		"cd from; t=$( (printf '%s %s\\0'; xxd -r -p blob) | git hash-object -w -t tree --literally --stdin); "
		"git update-ref refs/heads/main $(git commit-tree -m odd $(git rev-parse -q --verify main | sed 's/^/-p /') $t)",
		mode, name);
	sh("%s", text);
}

static void odd_trees_are_refused(void **state)
{
	static const struct {
		const char *mode, *name;
		vv_status rc;
	} cases[] = {{"100644", ".git", VV_ECORRUPT},   {"100644", ".GIT", VV_ECORRUPT},
		     {"100644", "git~1", VV_ECORRUPT},  {"100644", "..", VV_ECORRUPT},
		     {"100644", "a/b", VV_ECORRUPT},    {"10644", "f", VV_ECORRUPT},
		     {"100644", ".git:s", VV_ECORRUPT}, {"100664", "old-mode", VV_OK},
		     {"0100644", "padded", VV_OK}};
	vv_error err;

	(void)state;
	for (size_t i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
		const size_t k = i / 2;
		vv_status rc;

		print_message("%s %s, %s\n", cases[k].mode, cases[k].name,
			      i % 2 ? "packed" : "unpacked");
		make_odd(cases[k].mode, cases[k].name, i % 2 ? 40 : 0);
		rc = carry("from", "to", "main", NULL, NULL, &err);
		if (cases[k].rc == VV_OK) {
			vv_assert_ok(rc, &err);
		} else {
			vv_assert_status(rc, cases[k].rc, &err);
			nothing_is_left();
		}
		sh("rm -rf from to");
	}
}

static void what_is_not_a_pack_is_refused(void **state)
{
	static const char text[] = "PACK but nothing else that git would write";
	vv_git_receive *g = NULL;
	vv_repository *to;
	vv_error err;

	(void)state;
	make_both();
	to = open_at("to");
	vv_assert_ok(vv_git_receive_open(&g, to, NULL, &err), &err);
	vv_assert_status(vv_git_receive_pack(g, text, sizeof text, &err), VV_ECORRUPT, &err);
	vv_git_receive_close(g);
	vv_repository_close(to);
	nothing_is_left();
}

/* Cut after half of its bytes: the quarantine goes, and nothing else was there. */
static void a_pack_that_is_cut_leaves_nothing(void **state)
{
	vv_buf pack = VV_BUF_INIT;
	vv_git_receive *g = NULL;
	vv_repository *to;
	vv_oid want;
	vv_error err;

	(void)state;
	make_both();
	sh("cd from; git rev-parse main | git pack-objects -q --revs --stdout > ../whole");
	vv_assert_ok(vv_read_file(&pack, "whole", 1 << 24, &err), &err);
	to = open_at("from");
	want = rev(to, "main");
	vv_repository_close(to);
	to = open_at("to");
	vv_assert_ok(vv_git_receive_open(&g, to, NULL, &err), &err);
	vv_assert_ok(vv_git_receive_pack(g, pack.data, pack.len / 2, &err), &err);
	vv_assert_status(vv_git_receive_end(g, &want, 1, &err), VV_ECORRUPT, &err);
	vv_git_receive_close(g);
	vv_repository_close(to);
	vv_buf_clear(&pack);
	nothing_is_left();
}

/* Without a limit of time: the kernel ends a git that takes too much memory. */
static void a_killed_git_is_not_a_limit(void **state)
{
	static const uint8_t pack[] = {'P', 'A', 'C', 'K', 0, 0, 0, 2, 0, 0, 0, 1, 0};
	vv_git_receive *g = NULL;
	vv_repository *to = NULL;
	vv_env *env = NULL;
	vv_error err;

	(void)state;
	git_home();
	sh("git init -q to; mkdir bin; printf '#!/bin/sh\nkill -9 $$\n' > bin/git; chmod +x bin/git");
	const char *const list[] = {out("cd bin; echo PATH=$(pwd -P)"), NULL};
	vv_assert_ok(vv_env_new(&env, list, &err), &err);
	vv_assert_ok(vv_repository_open(&to, "to", env, &err), &err);
	vv_assert_ok(vv_git_receive_open(&g, to, NULL, &err), &err);
	vv_assert_ok(vv_git_receive_pack(g, pack, sizeof pack, &err), &err);
	vv_assert_status(vv_git_receive_end(g, NULL, 0, &err), VV_ECORRUPT, &err);
	vv_assert_contains(err.message, "exit code 137");
	vv_git_receive_close(g);
	vv_repository_close(to);
	vv_env_free(env);
}

/* Into an empty repository, without pointers: not looked at one by one where git found it whole. */
static void a_pack_that_lacks_one_object_is_missing_it_whichever_it_is(void **state)
{
	static const char *const left_out[] = {"main:g7", "main^{tree}", "main~3", "main~9:f"};

	(void)state;
	git_home();
	sh("git init -q -b main from; cd from; for i in $(seq 40); do seq $i 40 > f; echo $i > g$i; git add .; "
	   "git commit -qm $i; done; git rev-list --objects main | cut -d' ' -f1 > ../all");
	for (size_t i = 0; i <= sizeof left_out / sizeof left_out[0]; i++) {
		const bool whole = i == sizeof left_out / sizeof left_out[0];
		vv_buf pack = VV_BUF_INIT;
		vv_git_receive *g = NULL;
		vv_repository *to;
		vv_oid want;
		vv_error err;

		sh("rm -rf to; git init -q -b main to; cd from; grep -v $(git rev-parse %s) ../all | "
		   "git pack-objects -q --stdout > ../pack",
		   whole ? "HEAD | tr 0-9a-f z" : left_out[i]);
		vv_assert_ok(vv_read_file(&pack, "pack", 1 << 24, &err), &err);
		to = open_at("from");
		want = rev(to, "main");
		vv_repository_close(to);
		to = open_at("to");
		vv_assert_ok(vv_git_receive_open(&g, to, NULL, &err), &err);
		vv_assert_ok(vv_git_receive_pack(g, pack.data, pack.len, &err), &err);
		vv_assert_status(vv_git_receive_end(g, &want, 1, &err), whole ? VV_OK : VV_EMISSING,
				 &err);
		assert_int_equal(vv_git_receive_is_plain(g), whole);
		vv_git_receive_close(g);
		vv_repository_close(to);
		vv_buf_clear(&pack);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_pack_brings_a_history_and_a_thin_one_what_follows),
	cmocka_unit_test(a_thin_pack_without_its_base_is_refused),
	cmocka_unit_test(limits_hold_for_packs),
	cmocka_unit_test(a_bomb_takes_no_memory),
	cmocka_unit_test(odd_trees_are_refused),
	cmocka_unit_test(what_is_not_a_pack_is_refused),
	cmocka_unit_test(a_pack_that_is_cut_leaves_nothing),
	cmocka_unit_test(a_killed_git_is_not_a_limit),
	cmocka_unit_test(a_pack_that_lacks_one_object_is_missing_it_whichever_it_is),
};

VV_TEST_SUITE(git_packed)
