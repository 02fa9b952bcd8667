/*
 * spread: sums of squares by B. P. Welford's method, which does not subtract large numbers.
 */
#include "cmd/sql/vtab/spread.h"

#include <math.h>
#include <sqlite3ext.h>
#include <stdint.h>

#include "base/array.h"

SQLITE_EXTENSION_INIT3

/* SQLite keeps it for each group, first with zeros. */
typedef struct spread {
	uint64_t count;
	double mean, squares; /* of the values; of their distances from it */
} spread;

static void add_value(sqlite3_context *context, int argc VV_UNUSED, sqlite3_value **argv)
{
	if (sqlite3_value_type(argv[0]) == SQLITE_NULL) return;
	spread *s = sqlite3_aggregate_context(context, sizeof(*s));
	const double value = sqlite3_value_double(argv[0]);

	if (!s) {
		sqlite3_result_error_nomem(context);
		return;
	}
	const double distance = value - s->mean;

	s->count++;
	s->mean += distance / (double)s->count;
	s->squares += distance * (value - s->mean);
}

static void put_variance(sqlite3_context *context)
{
	const spread *s = sqlite3_aggregate_context(context, 0);

	if (s && s->count > 1) {
		sqlite3_result_double(context, s->squares / (double)(s->count - 1));
	}
}

static void put_deviation(sqlite3_context *context)
{
	const spread *s = sqlite3_aggregate_context(context, 0);

	if (s && s->count > 1) {
		sqlite3_result_double(context, sqrt(s->squares / (double)(s->count - 1)));
	}
}

int vv_sql_spread_add(sqlite3 *db)
{
	static const struct {
		const char *name;
		void (*end)(sqlite3_context *);
	} functions[] = {{"stddev", put_deviation},
			 {"stddev_samp", put_deviation},
			 {"variance", put_variance},
			 {"var_samp", put_variance}};
	int rc = SQLITE_OK;

	vv_array_each(functions, sizeof(functions) / sizeof(functions[0]), it) {
		if (rc == SQLITE_OK) {
			rc = sqlite3_create_function_v2(db, it->name, 1,
							SQLITE_UTF8 | SQLITE_DETERMINISTIC |
								SQLITE_INNOCUOUS,
							NULL, NULL, add_value, it->end, NULL);
		}
	}
	return rc;
}
