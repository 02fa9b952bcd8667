#include "tests/unit/repo/git_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "repo/git/index/index.h"
#include "repo/known/loose_pack.h"

/* One commit that changes one file of the index, without a work tree. */
static void commit_file(vv_repository *r, const char *path, const char *text)
{
	vv_commit_options opts = {0};
	vv_index *x;
	vv_head head;
	vv_oid blob, tree, id;
	vv_error err;

	vv_assert_ok(vv_index_open(&x, r, &err), &err);
	vv_assert_ok(vv_blob_write(r, text, strlen(text), &blob, &err), &err);
	vv_assert_ok(vv_index_set(x, path, 0100644, &blob, NULL, &err), &err);
	vv_assert_ok(vv_index_write(x, &err), &err);
	vv_assert_ok(vv_index_write_tree(x, &tree, &err), &err);
	vv_assert_ok(vv_head_read(r, &head, &err), &err);
	opts.tree = &tree;
	opts.parents = &head.commit;
	opts.parent_count = head.unborn ? 0 : 1;
	opts.message = "a day";
	vv_assert_ok(vv_commit_create(r, &opts, &id, &err), &err);
	vv_head_clear(&head);
	vv_index_close(x);
}

static void commit_days(unsigned from, unsigned to, unsigned pack_above)
{
	vv_repository *r = open_here();
	unsigned i;

	for (i = from; i < to; i++) {
		char text[700];
		uint64_t packed;
		vv_error err;

		/* As long as a pointer is, and changing where one changes. */
		(void)snprintf(
			text, sizeof text,
			"varve pointer: this is not the data but the text that stands for it in Git\n"
			"The data is kept by varve (git for tables). To write it here: varve init && varve restore FILE\n"
			"{\"varve\": 1, \"kind\": \"table\", \"root\": \"%08x%08x%08x%08x%08x%08x%08x\",\n"
			" \"rows\": %u, \"bytes\": %u, \"key\": [\"id\"],\n"
			" \"columns\": [\n  {\"name\": \"id\", \"type\": \"integer\"},\n  {\"name\": \"surface\", \"type\": \"string\"},\n"
			"  {\"name\": \"commune\", \"type\": \"string\"},\n  {\"name\": \"date\", \"type\": \"date\"}]}\n",
			i * 2654435761u, i * 40503u + 7, ~i * 2246822519u, i * 3266489917u,
			i ^ 0x9e3779b9u, i * 668265263u, i * 374761393u, 40000 + i,
			4000000 + i * 77);
		commit_file(r, "prices.csv", text);
		vv_assert_ok(vv_git_pack_loose(r, pack_above, &packed, &err), &err);
	}
	vv_repository_close(r);
}

static unsigned long number(const char *text)
{
	return strtoul(text, NULL, 10);
}

static void loose_objects_become_one_pack_that_git_accepts(void **state)
{
	vv_repository *r;
	vv_error err;
	uint64_t packed;

	(void)state;
	git_begin();
	sh("for i in $(seq 20); do echo $i > f; git add f; git commit -qm $i; done");
	assert_string_equal(out("git count-objects | cut -d, -f1"), "60 objects");
	sh("mkdir -p .git/objects/tmp_objdir-varve-0123/ab .git/objects/tmp_objdir-varve-4567; "
	   "echo a file > .git/objects/tmp_objdir-varve-89ab; "
	   "touch -d '2 days ago' .git/objects/tmp_objdir-varve-0123 .git/objects/tmp_objdir-varve-89ab");
	r = open_here();
	vv_assert_ok(vv_git_pack_loose(r, 60, &packed, &err), &err);
	assert_int_equal(packed, 0); /* 60 there are, not more */
	vv_assert_ok(vv_git_pack_loose(r, 59, &packed, &err), &err);
	assert_int_equal(packed, 60);
	assert_string_equal(out("git count-objects -v | egrep '^(count|packs|garbage)'"),
			    "count: 0\npacks: 1\ngarbage: 0");
	assert_false(vv_exists(".git/objects/tmp_objdir-varve-0123"));
	assert_false(vv_exists(".git/objects/tmp_objdir-varve-89ab"));
	sh("rmdir .git/objects/tmp_objdir-varve-4567"); /* it could be at work */
	assert_string_equal(out("ls .git/objects | grep -v tmp_objdir"), "info\npack");
	commit_file(r, "x", "still works\n");
	vv_repository_close(r);
	assert_string_equal(out("ls .git/objects | grep -c tmp_; true"), "0");
	assert_git_sound();
	sh("git verify-pack .git/objects/pack/*.idx; git log --oneline > /dev/null");
	assert_string_equal(out("git cat-file blob HEAD:x"), "still works");
	sh("git gc -q; git fsck --strict 2>/dev/null");
}

static void a_long_history_stays_as_small_as_git_gc_makes_it(void **state)
{
	unsigned long ours, gits;

	(void)state;
	git_begin();
	commit_days(0, 189, 60);
	ours = number(
		out("find .git/objects -type f -printf '%%s\\n' | awk '{s += $1} END {print s}'"));
	assert_in_range(number(out("ls .git/objects/pack/*.pack | wc -l")), 1, 8);
	assert_git_sound();
	sh("cp -r . ../copy; cd ../copy; git gc -q");
	gits = number(out(
		"find ../copy/.git/objects -type f -printf '%%s\\n' | awk '{s += $1} END {print s}'"));
	print_message("objects: ours %lu, after git gc %lu\n", ours, gits);
	assert_in_range(ours, 1, gits * 3 / 2);
}

static void packs_of_git_are_merged_where_a_gc_was_asked_for(void **state)
{
	vv_repository *r;
	vv_error err;
	uint64_t packed;
	const char *kept, *gits;

	(void)state;
	git_begin();
	commit_days(0, 10, 5);
	kept = out("ls .git/objects/pack/*.pack | head -1");
	sh("touch $(echo %s | sed 's/pack$/keep/')", kept);
	sh("for i in 1 2 3; do echo $i > f$i; git add f$i; git commit -qm x; done; git repack -q -d");
	gits = out("ls -t .git/objects/pack/*.pack | head -1");
	commit_days(10, 30, 5);
	r = open_here();
	vv_assert_ok(vv_git_pack_loose(r, 1, &packed, &err), &err);
	assert_true(packed > 1);
	assert_true(vv_exists(gits));
	vv_repository_close(r);
	commit_days(30, 35, 5);
	r = open_here();
	vv_assert_ok(vv_git_pack_loose(r, 0, &packed, &err), &err);
	vv_repository_close(r);
	assert_false(vv_exists(gits));
	assert_true(vv_exists(kept));
	assert_git_sound();
}

static void settings_and_a_running_gc_are_respected(void **state)
{
	vv_repository *r;
	vv_error err;
	uint64_t packed;

	(void)state;
	git_begin();
	commit_days(0, 5, 1000);
	sh("git config gc.auto 0");
	r = open_here();
	vv_assert_ok(vv_git_pack_loose(r, 0, &packed, &err), &err);
	assert_int_equal(packed, 0);
	vv_repository_close(r);
	sh("git config gc.auto 6700; echo 1 host > .git/gc.pid");
	r = open_here();
	vv_assert_ok(vv_git_pack_loose(r, 0, &packed, &err), &err);
	assert_int_equal(packed, 0);
	sh("touch -d '2 days ago' .git/gc.pid");
	vv_assert_ok(vv_git_pack_loose(r, 0, &packed, &err), &err);
	assert_int_equal(packed, 5);
	vv_repository_close(r);
}

static vv_status try_pack(void *payload, vv_error *err)
{
	vv_repository *r = NULL;
	uint64_t packed;
	vv_status rc = vv_repository_open(&r, NULL, vv_test_env(), err);

	(void)payload;
	if (rc == VV_OK) {
		rc = vv_git_pack_loose(r, 0, &packed, err);
	}
	vv_repository_close(r);
	return rc;
}

static void check_pack(void *payload, vv_status rc)
{
	(void)payload;
	(void)rc;
	assert_git_sound();
	assert_string_equal(out("git rev-list --count HEAD"), "4");
	assert_string_equal(out("ls .git/objects | grep -c tmp_; true"), "0");
	sh("git repack -q -a -d; rm -f .git/varve/git-packs; git unpack-objects -q < $(ls .git/objects/pack/*.pack) 2>/dev/null; "
	   "mv .git/objects/pack/*.pack ../p; rm -f .git/objects/pack/*; git unpack-objects -q < ../p");
}

static void a_fault_while_packing_loses_nothing(void **state)
{
	static const vv_fault kinds[] = {VV_FAULT_FSYNC, VV_FAULT_RENAME, VV_FAULT_UNLINK,
					 VV_FAULT_OPEN, VV_FAULT_WRITE};
	size_t i;

	(void)state;
	git_begin();
	commit_days(0, 4, 1000);
	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		vv_fault_each(kinds[i], 5, try_pack, check_pack, NULL);
	}
}

static void a_reader_with_the_old_list_of_packs_still_reads(void **state)
{
	vv_repository *reader, *writer;
	vv_buf b = VV_BUF_INIT;
	vv_error err;
	uint64_t packed;
	vv_oid blob;
	char *text;

	(void)state;
	git_begin();
	commit_days(0, 8, 10);
	reader = open_here();
	blob = oid_of(out("git rev-parse HEAD~6:prices.csv"));
	vv_assert_ok(vv_blob_read(reader, &blob, 9999, &b, &err), &err);
	writer = open_here();
	commit_file(writer, "y", "y\n");
	vv_assert_ok(vv_git_pack_loose(writer, 0, &packed, &err), &err);
	vv_repository_close(writer);
	blob = oid_of(out("git rev-parse HEAD~3:prices.csv"));
	vv_assert_ok(vv_blob_read(reader, &blob, 9999, &b, &err), &err);
	vv_assert_ok(vv_rev_short(reader, &blob, &text, &err), &err);
	vv_free(text);
	vv_buf_clear(&b);
	vv_repository_close(reader);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(loose_objects_become_one_pack_that_git_accepts),
	cmocka_unit_test(a_long_history_stays_as_small_as_git_gc_makes_it),
	cmocka_unit_test(packs_of_git_are_merged_where_a_gc_was_asked_for),
	cmocka_unit_test(settings_and_a_running_gc_are_respected),
	cmocka_unit_test(a_fault_while_packing_loses_nothing),
	cmocka_unit_test(a_reader_with_the_old_list_of_packs_still_reads),
};

VV_TEST_SUITE(git_pack)
