/*
 * Clone, fetch and push by the library, compared with what git and the program find afterwards.
 */
#include "tests/unit/public/fixture.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"

static varve_error e;

/* Paths of repositories are served by the program. */
static void find_programs(void)
{
	vv_buf path = VV_BUF_INIT;

	vv_buf_printf(&path, "%s:%s", VARVE_PROGRAMS, getenv("PATH"));
	assert_int_equal(setenv("PATH", vv_buf_cstr(&path), 1), 0);
	vv_buf_clear(&path);
}

static const char *const only_main[] = {"main", NULL};

static varve_repo_options settings(void)
{
	varve_repo_options o = VARVE_INIT(varve_repo_options);

	o.flags = VARVE_OPEN_ENVIRON;
	return o;
}

static varve_repo *open_repo(const char *folder)
{
	const varve_repo_options o = settings();
	varve_repo *repo;

	works(varve_repo_open(&repo, folder, &o, &e), &e);
	return repo;
}

/* Two versions of a table; beside it an empty repository ../far.git, its remote. */
static varve_repo *begin_two(void)
{
	git_begin();
	find_programs();
	sh("varve init 2>&1 && git init -q --bare ../far.git && varve init --bare ../far.git 2>&1 && "
	   "git remote add origin \"$PWD/../far.git\" && printf 'id,n\\n1,one\\n2,two\\n' > t.csv && "
	   "varve add --key id t.csv && varve commit -qm one && "
	   "printf 'id,n\\n1,one\\n2,zwei\\n' > t.csv && varve commit -qam two && git tag v2");
	return open_repo(".");
}

/* A commit in a folder, by the program. */
static void commit_in(const char *folder, const char *row)
{
	sh("cd %s && echo '%s' >> t.csv && varve commit -qam '%s'", folder, row, row);
}

static void push_all(varve_repo *repo)
{
	varve_sync_options o = VARVE_INIT(varve_sync_options);

	o.flags = VARVE_SYNC_ALL | VARVE_SYNC_TAGS;
	works(varve_push(NULL, repo, "origin", &o, &e), &e);
}

static varve_repo *clone_of(const char *folder, uint32_t flags)
{
	varve_sync_options o = VARVE_INIT(varve_sync_options);
	const varve_repo_options how = settings();
	varve_repo *repo;

	o.flags = flags;
	works(varve_clone(&repo, NULL, "../far.git", folder, &how, &o, &e), &e);
	return repo;
}

static void assert_content(varve_repo *repo, const char *word, const char *text)
{
	varve_version *v = version_of(repo, word);
	vv_buf b = VV_BUF_INIT;

	works(varve_version_write(v, 0, UINT64_MAX, gather, &b, NULL, &e), &e);
	assert_string_equal(vv_buf_cstr(&b), text);
	vv_buf_clear(&b);
	varve_version_free(v);
}

static void a_push_sends_and_a_clone_gets_all(void **state)
{
	varve_repo *repo = begin_two(), *copy;
	const varve_repo_options how = settings();
	varve_sync_options o = VARVE_INIT(varve_sync_options);
	const varve_transfer_counts *c;
	const varve_ref_update *u;
	varve_transfer *done;

	(void)state;
	o.specs = only_main;
	works(varve_push(&done, repo, "origin", &o, &e), &e);
	c = varve_transfer_info(done);
	assert_int_equal(c->commits, 2);
	assert_int_equal(c->versions, 2);
	assert_true(c->blocks > 0 && c->bytes > 0 && c->line > 0 && c->refused == 0);
	assert_int_equal(varve_transfer_next(done, &u, &e), 1);
	assert_string_equal(u->from, "refs/heads/main");
	assert_string_equal(u->to, "refs/heads/main");
	assert_string_equal(u->before, "");
	assert_string_equal(u->after, out("git -C ../far.git rev-parse main"));
	assert_true(u->moved && !u->refused);
	assert_int_equal(varve_transfer_next(done, &u, &e), 0);
	varve_transfer_free(done);

	works(varve_clone(&copy, &done, "../far.git", "../copy", &how, NULL, &e), &e);
	c = varve_transfer_info(done);
	assert_int_equal(c->commits, 2);
	assert_int_equal(c->versions, 2);
	assert_int_equal(c->missing, 0);
	assert_int_equal(varve_transfer_next(done, &u, &e), 1);
	assert_string_equal(u->to, "refs/remotes/origin/main");
	assert_true(u->moved);
	varve_transfer_free(done);
	assert_content(copy, "HEAD~1:t.csv", "id,n\n1,one\n2,two\n");
	varve_repo_free(copy);
	sh("cmp t.csv ../copy/t.csv && cd ../copy && varve fsck -q && git fsck --strict && "
	   "test -z \"$(git status --porcelain)\"");
	varve_repo_free(repo);
}

static void what_is_sent_is_known_before_it_is(void **state)
{
	varve_repo *repo = begin_two();
	varve_sync_options o = VARVE_INIT(varve_sync_options);
	const varve_ref_update *u;
	varve_transfer *done;

	(void)state;
	o.flags = VARVE_SYNC_DRY_RUN;
	o.specs = only_main;
	works(varve_push(&done, repo, "origin", &o, &e), &e);
	assert_int_equal(varve_transfer_info(done)->versions, 2);
	assert_int_equal(varve_transfer_next(done, &u, &e), 1);
	assert_false(u->moved);
	varve_transfer_free(done);
	assert_string_equal(out("git -C ../far.git for-each-ref"), "");
	o.flags = VARVE_SYNC_SET_UPSTREAM;
	works(varve_push(NULL, repo, "origin", &o, &e), &e);
	assert_string_equal(out("git rev-parse --abbrev-ref '@{upstream}'"), "origin/main");
	varve_repo_free(repo);
}

static void a_rejected_push_moves_nothing_and_names_the_ref(void **state)
{
	varve_repo *repo = begin_two(), *copy;
	static const char *const moved[] = {"moved", NULL};
	varve_sync_options o = VARVE_INIT(varve_sync_options);
	const varve_ref_update *u;
	varve_transfer *done;
	const char *theirs;

	(void)state;
	push_all(repo);
	copy = clone_of("../copy", 0);
	commit_in(".", "3,three");
	push_all(repo);
	theirs = out("git rev-parse main");
	commit_in("../copy", "4,four");
	fails_as(varve_push(&done, copy, NULL, NULL, &e), VARVE_EREJECTED, &e);
	assert_string_equal(e.hint, "fetch and merge the remote's commits, then push again");
	assert_string_equal(varve_code_name(VARVE_EREJECTED), "rejected");
	assert_int_equal(varve_transfer_info(done)->refused, 1);
	assert_int_equal(varve_transfer_next(done, &u, &e), 1);
	assert_string_equal(u->to, "refs/heads/main");
	assert_true(u->refused && !u->moved);
	assert_non_null(strstr(e.hint, "fetch and merge"));
	varve_transfer_free(done);
	assert_string_equal(out("git -C ../far.git rev-parse main"), theirs);

	/* A tag was moved, so a merge does not help. */
	sh("git tag moved main~1 && git push -q ../far.git moved && git tag -f moved main");
	o.specs = moved;
	fails_as(varve_push(NULL, repo, "origin", &o, &e), VARVE_EREJECTED, &e);
	assert_string_equal(e.hint, "");

	works(varve_fetch(&done, copy, NULL, NULL, &e), &e);
	assert_int_equal(varve_transfer_info(done)->versions, 1);
	assert_int_equal(varve_transfer_next(done, &u, &e), 1);
	assert_string_equal(u->to, "refs/remotes/origin/main");
	assert_string_equal(u->after, theirs);
	assert_true(u->moved);
	varve_transfer_free(done);
	assert_content(copy, "origin/main:t.csv", "id,n\n1,one\n2,zwei\n3,three\n");
	sh("cd ../copy && varve merge -q origin/main");
	works(varve_push(NULL, copy, NULL, NULL, &e), &e);
	assert_string_equal(out("git -C ../far.git rev-parse main"),
			    out("git -C ../copy rev-parse main"));
	o.flags = VARVE_SYNC_FORCE;
	o.specs = only_main;
	sh("git reset -q --hard v2");
	works(varve_push(NULL, repo, "origin", &o, &e), &e);
	assert_string_equal(out("git -C ../far.git rev-parse main"), out("git rev-parse v2"));
	varve_repo_free(copy);
	varve_repo_free(repo);
}

static void a_push_that_merging_does_not_help_has_no_hint_to_merge(void **state)
{
	static const char *const tag[] = {"refs/tags/v2", NULL};
	varve_repo *repo = begin_two();
	varve_sync_options o = VARVE_INIT(varve_sync_options);

	(void)state;
	push_all(repo);
	sh("git tag -f v2 HEAD~1");
	o.specs = tag;
	fails_as(varve_push(NULL, repo, "origin", &o, &e), VARVE_EREJECTED, &e);
	assert_non_null(strstr(e.message, "already exists"));
	assert_string_equal(e.hint, "");
	varve_repo_free(repo);
}

static void a_lazy_clone_reads_what_it_fetched(void **state)
{
	static const char *const paths[] = {"t.csv", NULL}, *const none[] = {"nosuch", NULL};
	varve_repo *repo = begin_two(), *copy;
	varve_version *v;
	varve_transfer *done;
	varve_table *t;

	(void)state;
	push_all(repo);
	copy = clone_of("../copy", VARVE_SYNC_LAZY | VARVE_SYNC_NO_CHECKOUT);
	v = version_of(copy, "HEAD~1:t.csv");
	fails_as(varve_table_open(&t, v, NULL, &e), VARVE_EMISSING, &e);
	works(varve_version_fetch(v, NULL, &e), &e);
	works(varve_table_open(&t, v, NULL, &e), &e);
	varve_table_free(t);
	assert_content(copy, "HEAD~1:t.csv", "id,n\n1,one\n2,two\n");
	works(varve_version_fetch(v, NULL, &e), &e); /* it is here */
	varve_version_free(v);
	works(varve_fetch_versions(&done, copy, NULL, paths, NULL, &e), &e);
	assert_int_equal(varve_transfer_info(done)->versions, 1);
	varve_transfer_free(done);
	works(varve_fetch_versions(&done, copy, "HEAD", NULL, NULL, &e), &e);
	assert_int_equal(varve_transfer_info(done)->versions, 0);
	varve_transfer_free(done);
	assert_content(copy, "HEAD:t.csv", "id,n\n1,one\n2,zwei\n");
	fails_as(varve_fetch_versions(NULL, copy, "HEAD", none, NULL, &e), VARVE_ENOTFOUND, &e);
	fails_as(varve_fetch_versions(NULL, copy, "nosuch", NULL, NULL, &e), VARVE_ENOTFOUND, &e);
	varve_repo_free(copy);
	varve_repo_free(repo);
}

static void a_stored_file_is_no_table_whatever_its_name_and_where_its_blocks_are(void **state)
{
	static const char *const words[] = {"HEAD:t.csv", "t.csv", "HEAD:file.csv", "file.csv"};
	varve_repo *repo = begin_two(), *copy;
	const varve_version_facts *f;
	varve_version *v;

	(void)state;
	sh("printf 'a\\n1\\n' > file.csv && varve add -q --as file file.csv && varve commit -qm file");
	push_all(repo);
	copy = clone_of("../copy", VARVE_SYNC_LAZY | VARVE_SYNC_NO_CHECKOUT);
	for (int i = 0; i < 2; i++) {
		v = version_of(i ? repo : copy, "HEAD:file.csv");
		f = varve_version_info(v);
		assert_true(f->stored && f->here == (i == 1));
		assert_false(f->table);
		assert_int_equal(f->bytes, 4);
		assert_true(f->rows == VARVE_UNKNOWN && f->columns == VARVE_UNKNOWN);
		varve_version_free(v);
	}
	/* pointers in the work tree, too */
	sh("cd ../copy && for f in t.csv file.csv; do git cat-file blob HEAD:$f > $f; done");
	for (int i = 0; i < 4; i++) {
		v = version_of(copy, words[i]);
		f = varve_version_info(v);
		assert_true(f->stored && !f->here);
		assert_int_equal(f->table, i < 2);
		assert_true(i < 2 ? f->rows == 2 : f->rows == VARVE_UNKNOWN);
		varve_version_free(v);
	}
	varve_repo_free(copy);
	varve_repo_free(repo);
}

/* The port of a server that accepts connections, and never answers. */
static int silent_port(int *fd)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t len = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	*fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(*fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(*fd, 8), 0);
	assert_int_equal(getsockname(*fd, (struct sockaddr *)&at, &len), 0);
	return ntohs(at.sin_port);
}

static void a_silent_peer_of_blocks_is_given_up(void **state)
{
	varve_repo *repo = begin_two(), *copy;
	varve_sync_options o = VARVE_INIT(varve_sync_options);
	const char *from[] = {NULL, NULL};
	char url[64];
	varve_version *v;
	int fd;

	(void)state;
	push_all(repo);
	copy = clone_of("../copy", VARVE_SYNC_LAZY | VARVE_SYNC_NO_CHECKOUT);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/x", silent_port(&fd));
	from[0] = url;
	o.from = from;
	o.idle_sec = 1;
	v = version_of(copy, "HEAD:t.csv");
	for (int i = 0; i < 2; i++) {
		const uint64_t begun = vv_monotonic_ms();
		const int rc = i ? varve_version_fetch(v, &o, &e)
				 : varve_fetch_versions(NULL, copy, "HEAD", NULL, &o, &e);

		assert_true(rc < 0);
		assert_true(vv_monotonic_ms() - begun < 7000);
	}
	varve_version_free(v);
	(void)close(fd);
	varve_repo_free(copy);
	varve_repo_free(repo);
}

static void a_repository_that_is_opened_lazily_gets_what_is_read(void **state)
{
	varve_repo *repo = begin_two(), *copy;
	varve_repo_options o = settings();

	(void)state;
	push_all(repo);
	varve_repo_free(clone_of("../copy", VARVE_SYNC_LAZY | VARVE_SYNC_NO_CHECKOUT));
	o.flags |= VARVE_OPEN_LAZY;
	works(varve_repo_open(&copy, "../copy", &o, &e), &e);
	assert_content(copy, "HEAD~1:t.csv", "id,n\n1,one\n2,two\n");
	assert_content(copy, "HEAD:t.csv", "id,n\n1,one\n2,zwei\n");
	varve_repo_free(copy);
	varve_repo_free(repo);
}

static varve_repo *open_url(const char *url, uint32_t flags)
{
	varve_repo_options o = settings();
	varve_repo *repo;

	o.flags |= VARVE_OPEN_URL | flags;
	o.cache = "../cache";
	o.cache_size = 1u << 30;
	works(varve_repo_open(&repo, url, &o, &e), &e);
	return repo;
}

static void a_repository_at_a_url_is_read_through_a_cache(void **state)
{
	varve_repo *repo = begin_two(), *far;
	varve_txn_options txn = VARVE_INIT(varve_txn_options);
	varve_repo_options o = settings();
	varve_txn *t;

	(void)state;
	push_all(repo);
	far = open_url("../far.git", 0);
	assert_null(varve_repo_folder(far, VARVE_FOLDER_WORK_TREE));
	assert_content(far, "main~1:t.csv", "id,n\n1,one\n2,two\n");
	assert_content(far, "v2:t.csv", "id,n\n1,one\n2,zwei\n");
	assert_string_equal(varve_repo_warnings(far), "");
	txn.branch = "main";
	assert_int_equal(varve_txn_open(&t, far, &txn, &e), VARVE_EREFUSED);
	varve_repo_free(far);

	/* what came later is seen at the next opening that asks */
	commit_in(".", "3,three");
	push_all(repo);
	far = open_url("../far.git", VARVE_OPEN_AS_IS);
	assert_content(far, "main:t.csv", "id,n\n1,one\n2,zwei\n");
	varve_repo_free(far);
	far = open_url("../far.git", 0);
	assert_content(far, "main:t.csv", "id,n\n1,one\n2,zwei\n3,three\n");
	varve_repo_free(far);

	sh("mv ../far.git ../away.git");
	far = open_url("../far.git", 0);
	assert_non_null(strstr(varve_repo_warnings(far), "did not answer"));
	assert_content(far, "main:t.csv", "id,n\n1,one\n2,zwei\n3,three\n");
	varve_repo_free(far);
	o.flags |= VARVE_OPEN_URL;
	o.cache = "../cache";
	assert_int_equal(varve_repo_open(&far, "../nothing.git", &o, &e), VARVE_ENOTFOUND);
	o.flags = VARVE_OPEN_AS_IS;
	assert_int_equal(varve_repo_open(&far, ".", &o, &e), VARVE_EUSAGE);
	assert_int_equal(varve_repo_init(&far, "../new", &o, NULL, &e), VARVE_EUSAGE);
	varve_repo_free(repo);
}

static void a_repository_at_a_url_is_never_written(void **state)
{
	varve_repo *repo = begin_two(), *far;
	varve_description described = VARVE_INIT(varve_description);
	varve_transfer *done;
	char id[VARVE_ID_SIZE], package[64];

	(void)state;
	push_all(repo);
	far = open_url("../far.git", 0);
	works(varve_rev_parse(id, far, "main~1", &e), &e);
	fails_as(varve_ref_set(far, "refs/heads/main", id, NULL, NULL, &e), VARVE_EREFUSED, &e);
	fails_as(varve_ref_delete(far, "refs/heads/main", NULL, &e), VARVE_EREFUSED, &e);
	fails_as(varve_fetch(&done, far, "origin", NULL, &e), VARVE_EREFUSED, &e);
	assert_null(done);
	fails_as(varve_push(&done, far, "origin", NULL, &e), VARVE_EREFUSED, &e);
	fails_as(varve_merge(NULL, far, "v2", NULL, &e), VARVE_EREFUSED, &e);
	fails_as(varve_merge_conclude(id, far, NULL, &e), VARVE_EREFUSED, &e);
	fails_as(varve_merge_abort(far, NULL, &e), VARVE_EREFUSED, &e);
	fails_as(varve_resolve(far, NULL, VARVE_OURS, NULL, &e), VARVE_EREFUSED, &e);
	fails_as(varve_describe(package, sizeof(package), far, "t.csv", &described, &e),
		 VARVE_EREFUSED, &e);
	/* fetching blocks is a part of reading */
	works(varve_fetch_versions(NULL, far, "main", NULL, NULL, &e), &e);
	works(varve_rev_parse(id, far, "main", &e), &e);
	assert_string_equal(id, out("git rev-parse main"));
	varve_repo_free(far);
	varve_repo_free(repo);
}

static void a_ref_that_cannot_move_forward_is_reported(void **state)
{
	static const char *const plain[] = {"refs/heads/main:refs/heads/side", NULL};
	varve_repo *repo = begin_two();
	varve_sync_options o = VARVE_INIT(varve_sync_options);
	const varve_ref_update *u;
	varve_transfer *done;

	(void)state;
	push_all(repo);
	sh("git branch side && git checkout -q side && echo x > x && git add x && "
	   "git commit -qm x && git checkout -q main && git -C ../far.git update-ref refs/heads/main v2~1");
	o.specs = plain;
	works(varve_fetch(&done, repo, "origin", &o, &e), &e);
	assert_int_equal(varve_transfer_info(done)->refused, 1);
	assert_int_equal(varve_transfer_next(done, &u, &e), 1);
	assert_string_equal(u->to, "refs/heads/side");
	assert_true(u->refused && !u->moved);
	varve_transfer_free(done);
	varve_repo_free(repo);
}

static void what_does_not_fit_is_refused(void **state)
{
	static const char *const nowhere[] = {"PATH=/nonexistent", NULL};
	varve_repo *repo = begin_two(), *copy;
	varve_sync_options o = VARVE_INIT(varve_sync_options);
	varve_repo_options bare = VARVE_INIT(varve_repo_options);
	varve_transfer *done;

	(void)state;
	o.flags = VARVE_SYNC_LAZY;
	fails_as(varve_fetch(&done, repo, "origin", &o, &e), VARVE_EUSAGE, &e);
	assert_null(done);
	fails_as(varve_push(&done, repo, "origin", &o, &e), VARVE_EUSAGE, &e);
	o.flags = 1u << 30;
	fails_as(varve_push(&done, repo, "origin", &o, &e), VARVE_ENOSUPPORT, &e);
	o.flags = VARVE_SYNC_DELETE;
	fails_as(varve_push(&done, repo, "origin", &o, &e), VARVE_EUSAGE, &e);
	fails_as(varve_fetch(&done, repo, "nosuch", NULL, &e), VARVE_ENOTFOUND, &e);
	fails_as(varve_clone(&copy, NULL, "../far.git", NULL, NULL, NULL, &e), VARVE_EUSAGE, &e);
	fails_as(varve_clone(&copy, NULL, "../nosuch.git", "../copy", NULL, NULL, &e),
		 VARVE_ENOTFOUND, &e);
	assert_null(copy);
	assert_false(vv_exists("../copy"));
	bare.env = nowhere;
	fails_as(varve_clone(&copy, NULL, "../far.git", "../copy", &bare, NULL, &e), VARVE_EPROGRAM,
		 &e);
	assert_non_null(strstr(e.message, "'git'"));
	sh("mkdir ../full && touch ../full/x");
	fails_as(varve_clone(&copy, NULL, "../far.git", "../full", NULL, NULL, &e), VARVE_EREFUSED,
		 &e);
	varve_repo_free(repo);
}

typedef struct stopping {
	unsigned calls, at;
} stopping;

static int stop(void *payload, const varve_progress *p)
{
	stopping *s = payload;

	(void)p;
	return ++s->calls == s->at;
}

static void a_cancelled_transfer_moves_no_ref_and_is_done_again(void **state)
{
	varve_repo *repo = begin_two();
	varve_sync_options o = VARVE_INIT(varve_sync_options);
	varve_watch watch = VARVE_INIT(varve_watch);
	stopping s = {0, 1};

	(void)state;
	sh("seq 1 30000 | sed 's/.*/&,some words &/;1i id,n' > big.csv && varve add --key id big.csv && "
	   "varve commit -qm big");
	watch.progress = stop;
	watch.payload = &s;
	o.watch = &watch;
	o.specs = only_main;
	fails_as(varve_push(NULL, repo, "origin", &o, &e), VARVE_ECANCELLED, &e);
	assert_string_equal(out("git -C ../far.git for-each-ref"), "");
	s = (stopping){0, 0};
	works(varve_push(NULL, repo, "origin", &o, &e), &e);
	assert_true(s.calls > 1);
	assert_string_equal(out("git -C ../far.git rev-parse main"), out("git rev-parse main"));
	varve_repo_free(repo);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_push_sends_and_a_clone_gets_all),
	cmocka_unit_test(what_is_sent_is_known_before_it_is),
	cmocka_unit_test(a_rejected_push_moves_nothing_and_names_the_ref),
	cmocka_unit_test(a_push_that_merging_does_not_help_has_no_hint_to_merge),
	cmocka_unit_test(a_lazy_clone_reads_what_it_fetched),
	cmocka_unit_test(a_stored_file_is_no_table_whatever_its_name_and_where_its_blocks_are),
	cmocka_unit_test(a_silent_peer_of_blocks_is_given_up),
	cmocka_unit_test(a_repository_that_is_opened_lazily_gets_what_is_read),
	cmocka_unit_test(a_repository_at_a_url_is_read_through_a_cache),
	cmocka_unit_test(a_repository_at_a_url_is_never_written),
	cmocka_unit_test(a_ref_that_cannot_move_forward_is_reported),
	cmocka_unit_test(what_does_not_fit_is_refused),
	cmocka_unit_test(a_cancelled_transfer_moves_no_ref_and_is_done_again),
};
VV_TEST_SUITE(sync)
