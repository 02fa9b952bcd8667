/*
 * make_table: a big table by program, the same on every machine for the same seed.
 *
 * make_table [--rows N] [--seed N] [--change N] [--insert N] [--delete N] [--column]
 *            [--swap] [--shuffle] [--version N] [--columns N] [--recompute] [--salt N]
 *            > table.csv
 *
 * 20 columns of mixed kinds, about 84 bytes a row; id is unique and rises. --change N
 * alters N cells at scattered rows, --insert N puts N new rows in, --delete N takes N
 * out, --column adds a column, --swap exchanges two columns, --shuffle orders the rows
 * at random, --version N alters 0.05 % of the rows in each of N rounds, --columns N leaves
 * only the first N, --recompute gives every row another price, --salt N chooses other
 * rows, and other values, for --change and --insert.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct options {
	uint64_t rows, seed, change, insert, delete_rows, version, columns, salt;
	bool column, swap, shuffle, recompute;
} options;

static uint64_t mix(uint64_t x)
{
	x += 0x9E3779B97F4A7C15u;
	x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
	x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
	return x ^ (x >> 31);
}

/* The n-th random number of a row. */
static uint64_t draw(const options *o, uint64_t row, unsigned n)
{
	return mix(o->seed * 1000003u + row * 64u + n);
}

static const char *const regions[] = {"N", "S", "E", "W", "NE", "NW", "SE", "SW", "C", "I"};
static const char *const status[] = {"new", "open", "paid", "sent", "done"};
static const char *const channel[] = {"web", "shop", "tel", "app"};
static const char *const kind[] = {"book", "food", "tool", "toy", "wine", "shoe",
				   "lamp", "seed", "soap", "pen", "bag",  "hat"};

#define PICK(table, r) ((table)[(r) % (sizeof(table) / sizeof((table)[0]))])

static int cell(const options *o, char *p, size_t room, uint64_t row, unsigned column,
		uint64_t salt)
{
	uint64_t r = draw(o, row, column) ^ (salt ? mix(salt) : 0);
	uint64_t day = row * 3650 / (o->rows + 1);
	switch (column) {
	case 0:
		return snprintf(p, room, "%llu",
				(unsigned long long)(1000000 + row * 3 + (salt ? 1 : 0)));
	case 1:
		return snprintf(p, room, "%04u-%02u-%02u", (unsigned)(2014 + day / 365),
				(unsigned)(1 + day % 365 / 31), (unsigned)(1 + r % 28));
	case 2:
		return snprintf(p, room, "%s", PICK(regions, r));
	case 3:
		return snprintf(p, room, "%u", (unsigned)(r % 400));
	case 4:
		return snprintf(p, room, "%c%05u", (char)('A' + r % 8), (unsigned)(r / 8 % 30000));
	case 5:
		return snprintf(p, room, "%s", PICK(kind, r));
	case 6:
		return snprintf(p, room, "%u", (unsigned)(1 + r % 12));
	case 7:
		return snprintf(p, room, "%u.%02u", (unsigned)(r % 200), (unsigned)(r / 200 % 100));
	case 8:
		return snprintf(p, room, "%u", (unsigned)(r % 4 * 5));
	case 9:
		return snprintf(p, room, "%s", r % 3 ? "true" : "false");
	case 10:
		return snprintf(p, room, "%s", PICK(status, r));
	case 11:
		return snprintf(p, room, "%u", (unsigned)(r % 200000));
	case 12:
		return snprintf(p, room, "%s", PICK(channel, r));
	case 13:
		return snprintf(p, room, "%u", (unsigned)(r % 101));
	case 14:
		return snprintf(p, room, "%c", (char)('A' + r % 6));
	case 15:
		return r % 10 ? 0 : snprintf(p, room, "n%u", (unsigned)(r / 10 % 1000));
	case 16:
		return snprintf(p, room, "%u.%u", (unsigned)(r % 40), (unsigned)(r / 40 % 10));
	case 17:
		return snprintf(p, room, "%u", (unsigned)(2014 + day / 365));
	case 18:
		return snprintf(p, room, "%02x", (unsigned)(r % 256));
	case 19:
		return snprintf(p, room, "%u", (unsigned)(r % 3));
	default:
		return snprintf(p, room, "%u", (unsigned)(r % 50));
	}
}

static const char *const names[] = {"id",      "date",  "region",   "store", "sku",    "kind",
				    "qty",     "price", "discount", "gift",  "status", "customer",
				    "channel", "score", "grade",    "note",  "weight", "year",
				    "lot",     "tier",  "extra"};

/* Which column stands at a place. */
static unsigned column_at(const options *o, unsigned place)
{
	return o->swap && (place == 5 || place == 12) ? 17 - place : place;
}

static unsigned column_count(const options *o)
{
	return o->columns ? (unsigned)o->columns : 20u + (o->column ? 1u : 0u);
}

static void put_row(const options *o, uint64_t row, unsigned changed, uint64_t salt, bool inserted)
{
	char line[512];
	size_t len = 0;
	unsigned count = column_count(o);
	for (unsigned i = 0; i < count; i++) {
		unsigned c = column_at(o, i);
		if (i > 0) {
			line[len++] = ',';
		}
		uint64_t s = inserted || c == changed ? salt : o->recompute && c == 7 ? 79 : 0;
		len += (size_t)cell(o, line + len, sizeof(line) - len - 2, row, c, s);
	}
	line[len++] = '\n';
	fwrite(line, 1, len, stdout);
}

/* Is the row among about n of all? */
static bool hit(const options *o, uint64_t row, uint64_t n, unsigned purpose)
{
	if (n == 1) return row == o->rows / 2;
	return n > 0 &&
	       mix(row * 8 + purpose + o->salt * 0x51ED2701u) % (o->rows / n ? o->rows / n : 1) ==
		       0;
}

static void put_version_row(const options *o, uint64_t row)
{
	unsigned changed = 99;
	uint64_t salt = 0;
	for (uint64_t v = 1; v <= o->version; v++) {
		uint64_t r = mix(row * 4096 + v);
		if (r % 2000 == 0) {
			changed = (unsigned)(3 + r / 2000 % 16);
			salt = v + 1;
		}
	}
	if (o->change && hit(o, row, o->change, 1)) {
		unsigned most = column_count(o) > 19 ? 16 : column_count(o) - 3;
		changed = o->change == 1 ? 3 + (most > 1)
					 : (unsigned)(3 + mix(row + o->salt) % most);
		salt = 77 + o->salt;
	}
	if (o->delete_rows && hit(o, row, o->delete_rows, 2)) return;
	put_row(o, row, changed, salt, false);
	if (o->insert && hit(o, row, o->insert, 3)) {
		put_row(o, row, 99, 78 + o->salt, true);
	}
}

static uint64_t number(const char *text)
{
	char *end;
	unsigned long long v = strtoull(text ? text : "", &end, 10);
	if (!text || *end) {
		fprintf(stderr, "make_table: a number is wanted\n");
		exit(2);
	}
	return v;
}

static options parse(char **argv)
{
	options o = {.rows = 2360000, .seed = 1};
	for (char **a = argv + 1; *a; a++) {
		uint64_t *n = strcmp(*a, "--rows") == 0      ? &o.rows
			      : strcmp(*a, "--seed") == 0    ? &o.seed
			      : strcmp(*a, "--change") == 0  ? &o.change
			      : strcmp(*a, "--insert") == 0  ? &o.insert
			      : strcmp(*a, "--delete") == 0  ? &o.delete_rows
			      : strcmp(*a, "--version") == 0 ? &o.version
			      : strcmp(*a, "--columns") == 0 ? &o.columns
			      : strcmp(*a, "--salt") == 0    ? &o.salt
							     : NULL;
		bool *b = strcmp(*a, "--column") == 0      ? &o.column
			  : strcmp(*a, "--swap") == 0      ? &o.swap
			  : strcmp(*a, "--shuffle") == 0   ? &o.shuffle
			  : strcmp(*a, "--recompute") == 0 ? &o.recompute
							   : NULL;
		if (n) {
			*n = number(a[1]);
			a++;
		} else if (b) {
			*b = true;
		} else {
			fprintf(stderr, "make_table: unknown option %s\n", *a);
			exit(2);
		}
	}
	if (o.columns > 20 || (o.columns > 0 && o.columns < 4)) {
		fprintf(stderr, "make_table: 4 to 20 columns\n");
		exit(2);
	}
	return o;
}

int main(int argc, char **argv)
{
	(void)argc;
	options o = parse(argv);
	static char out[1 << 20];
	setvbuf(stdout, out, _IOFBF, sizeof(out));
	for (unsigned i = 0; i < column_count(&o); i++) {
		printf("%s%s", i ? "," : "", names[column_at(&o, i)]);
	}
	printf("\n");
	uint64_t *order = NULL;
	if (o.shuffle) {
		order = malloc(o.rows * sizeof(*order));
		if (!order) return 2;
		for (uint64_t i = 0; i < o.rows; i++) {
			order[i] = i;
		}
		for (uint64_t i = o.rows; i > 1; i--) {
			uint64_t k = mix(i) % i, t = order[i - 1];
			order[i - 1] = order[k];
			order[k] = t;
		}
	}
	for (uint64_t i = 0; i < o.rows; i++) {
		put_version_row(&o, order ? order[i] : i);
	}
	free(order);
	return fflush(stdout) == 0 ? 0 : 2;
}
