#include "tests/unit/repo/git_fixture.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "repo/git/history/expired.h"

static vv_cid root_of(const char *text)
{
	vv_cid root;
	vv_error err;

	vv_assert_ok(vv_cid_of(&root, VV_CODEC_DAG_CBOR, text, strlen(text), &err), &err);
	return root;
}

/* Is the version listed, with this time and this policy? */
static void assert_expired(vv_repository *r, const char *text, int64_t time, const char *policy)
{
	const vv_cid root = root_of(text);
	vv_expired_note note;
	vv_error err;
	bool is;

	vv_assert_ok(vv_expired_find(&is, &note, r, &root, &err), &err);
	assert_int_equal(is, policy != NULL);
	if (policy) {
		assert_int_equal(note.time, time);
		assert_string_equal(note.policy, policy);
		assert_string_equal(note.by, "Ada Lovelace");
	}
}

static vv_status no_signature(void *payload, vv_buf *list, vv_error *err)
{
	(void)payload;
	(void)list;
	(void)err;
	return VV_OK;
}

static void add_list(vv_repository *r, int64_t time, const char *policy, const char *first,
		     const char *second)
{
	const vv_cid roots[] = {root_of(first), root_of(second)};
	vv_error err;

	vv_assert_ok(vv_expired_add(r, &(vv_expired_note){time, "Ada\nLovelace", policy}, roots, 2,
				    &(vv_expired_signing){no_signature, NULL}, &err),
		     &err);
}

static void added_lists_are_read_and_the_first_counts(void **state)
{
	(void)state;
	git_begin();
	vv_repository *r = open_here(), *other = open_here();
	assert_expired(r, "a", 0, NULL);
	add_list(r, 1000, "last=1", "a", "b");
	assert_expired(r, "a", 1000, "last=1");
	assert_expired(r, "c", 0, NULL);
	add_list(other, 2000, "last=2", "c", "a"); /* it has not read the first list yet */
	assert_expired(r, "b", 1000, "last=1");
	assert_expired(r, "a", 1000, "last=1");
	assert_expired(r, "c", 2000, "last=2");
	assert_string_equal(out("git ls-tree refs/varve/expired | wc -l"), "2");
	assert_string_equal(out("git rev-list refs/varve/expired | wc -l"), "2");
	sh("git ls-tree refs/varve/expired | awk '$3 != $4 { exit 1 }'");
	sh("for i in $(git ls-tree refs/varve/expired | cut -f 2); do"
	   " git cat-file blob $i | tail -n +6 | LC_ALL=C sort -uc || exit 1; done");
	assert_git_sound();
	vv_repository_close(r);
	vv_repository_close(other);
}

static void versions_that_are_listed_already_make_no_list(void **state)
{
	(void)state;
	git_begin();
	vv_repository *r = open_here();
	add_list(r, 1000, "last=1", "a", "a");
	assert_string_equal(out("git cat-file blob refs/varve/expired:$(git ls-tree"
				" refs/varve/expired | cut -f 2) | wc -l"),
			    "6");
	add_list(r, 2000, "last=2", "a", "a");
	assert_string_equal(out("git rev-list refs/varve/expired | wc -l"), "1");
	vv_repository_close(r);
}

static void lists_that_many_processes_add_at_once_are_all_kept(void **state)
{
	char name[32];

	(void)state;
	git_begin();
	for (int i = 0; i < 4; i++) {
		const pid_t pid = fork();

		assert_true(pid >= 0);
		for (int k = 0; pid == 0 && k < 4; k++) {
			vv_repository *own = open_here();
			snprintf(name, sizeof(name), "%d-%d", i, k);
			add_list(own, 100, "last=1", name, name);
			vv_repository_close(own);
		}
		if (pid == 0) {
			_exit(0);
		}
	}
	for (int i = 0, status; i < 4; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	vv_repository *r = open_here();
	for (int i = 0; i < 16; i++) {
		snprintf(name, sizeof(name), "%d-%d", i / 4, i % 4);
		assert_expired(r, name, 100, "last=1");
	}
	vv_repository_close(r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(added_lists_are_read_and_the_first_counts),
	cmocka_unit_test(versions_that_are_listed_already_make_no_list),
	cmocka_unit_test(lists_that_many_processes_add_at_once_are_all_kept),
};

VV_TEST_SUITE(expired)
