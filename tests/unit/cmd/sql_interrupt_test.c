/* Tests of cmd/sql/session.h and cmd/sql/vtab/catalog.h: how SQLite is set; long calls end when it is interrupted. */
#include "tests/unit/support.h"

#include <sqlite3.h>

#include "cmd/sql/session.h"

typedef struct probe {
	vv_sql_session session;
	int before, after; /* what the watch answers, before and after sqlite3_interrupt */
} probe;

/* Runs within a statement, as the search of a virtual table does. */
static void ask(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	probe *p = sqlite3_user_data(context);
	vv_sql_catalog *c = p->session.catalog;

	(void)argc;
	(void)argv;
	c->asked_ms = 0;
	p->before = c->watch.progress(c->watch.payload, NULL);
	sqlite3_interrupt(p->session.db);
	c->asked_ms = 0;
	p->after = c->watch.progress(c->watch.payload, NULL);
}

static void the_watch_of_a_statement_ends_when_it_is_interrupted(void **state)
{
	probe p = {.before = -1, .after = -1};
	vv_error err;

	(void)state;
	assert_int_equal(vv_sql_session_open(&p.session, false, &err), VV_OK);
	assert_int_equal(sqlite3_create_function_v2(p.session.db, "ask", 0, SQLITE_UTF8, &p, ask,
						    NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(p.session.db, "SELECT ask() UNION ALL SELECT 1", NULL, NULL, NULL),
		SQLITE_INTERRUPT);
	assert_int_equal(p.before, 0);
	assert_int_equal(p.after, 1);
	/* The next statement is not interrupted. */
	p.after = -1;
	(void)sqlite3_exec(p.session.db, "SELECT ask()", NULL, NULL, NULL);
	assert_int_equal(p.before, 0);
	vv_sql_session_close(&p.session);
}

/* Each call of SQLite took a lock and counted memory: a fifth of the time of a query with LIKE. */
static void sqlite_neither_locks_nor_counts_memory_unless_a_query_is_confined(void **state)
{
	vv_sql_session session;
	vv_error err;

	(void)state;
	for (int confined = 0; confined < 2; confined++) {
		assert_int_equal(sqlite3_shutdown(), SQLITE_OK);
		vv_sql_session_start(confined != 0);
		assert_int_equal(vv_sql_session_open(&session, false, &err), VV_OK);
		assert_null(sqlite3_db_mutex(session.db));
		assert_int_equal(sqlite3_memory_used() > 0, confined);
		vv_sql_session_close(&session);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(sqlite_neither_locks_nor_counts_memory_unless_a_query_is_confined),
	cmocka_unit_test(the_watch_of_a_statement_ends_when_it_is_interrupted),
};

VV_TEST_SUITE(sql_interrupt)
