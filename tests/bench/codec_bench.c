/*
 * codec_bench: how fast row groups are encoded and decoded, and how large they are.
 *
 * codec_bench FILE.csv [ROWS [TIMES]]
 *
 * The file (comma-separated, with a header) is read whole and cut by its first column;
 * ROWS is the target of a group, 0 the usual one. Each group is encoded and decoded TIMES
 * times and the fastest time of each counts, so that neither reading the file nor a
 * busy machine is measured. Prints one line: rows, cells, bytes, ns a cell and MB of
 * CSV a second. With VARVE_COLUMNS set also the bytes and the encodings of each column.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/sys.h"
#include "dataset/format/cut.h"
#include "dataset/format/group.h"
#include "dataset/read/scan.h"

#define FILE_MAX ((size_t)4 << 30)
#define ENCODINGS 7

typedef struct bench {
	vv_buf file;
	vv_scan *scan;
	vv_cell *cells; /* of the group at hand */
	vv_cell *back;
	size_t columns, rows_cap;
	vv_group_encoder *encoder;
	vv_buf block;
	vv_arena arena;
	unsigned times;
	uint64_t rows, groups, raw;
	double encode_ns, decode_ns;
	uint64_t *column_bytes;
	uint64_t (*column_kinds)[ENCODINGS];
} bench;

static void must(vv_status rc, const vv_error *err)
{
	if (rc < 0) {
		(void)fprintf(stderr, "codec_bench: %s\n", err->message);
		exit(2);
	}
}

static double now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void note_columns(bench *b, const vv_group *g)
{
	for (size_t c = 0; c < g->columns; c++) {
		b->column_bytes[c] += g->column_len[c];
		b->column_kinds[c][g->column[c][0] & 15]++;
	}
}

static void measure(bench *b, size_t rows)
{
	double encode = 1e18, decode = 1e18;
	vv_error err;
	vv_group g;

	for (unsigned i = 0; i < b->times; i++) {
		double start = now_ns();

		must(vv_group_encode(b->encoder, &b->block, b->cells, rows, b->columns, b->columns,
				     NULL, NULL, &err),
		     &err);
		encode = now_ns() - start < encode ? now_ns() - start : encode;
	}
	for (unsigned i = 0; i < b->times; i++) {
		double start = now_ns();

		vv_arena_reset(&b->arena);
		must(vv_group_open(&g, b->block.data, b->block.len, &err), &err);
		must(vv_group_decode(&g, b->back, b->columns, &b->arena, &err), &err);
		decode = now_ns() - start < decode ? now_ns() - start : decode;
		if (i == 0) {
			note_columns(b, &g);
		}
		vv_group_close(&g);
	}
	for (size_t i = 0; i < rows * b->columns; i++) {
		if (!vv_cell_equal(&b->cells[i], &b->back[i])) {
			(void)fprintf(stderr, "codec_bench: row %llu of %llu came back otherwise\n",
				      (unsigned long long)(b->rows + i / b->columns),
				      (unsigned long long)b->rows);
			exit(1);
		}
	}
	b->encode_ns += encode;
	b->decode_ns += decode;
	b->raw += b->block.len;
	b->rows += rows;
	b->groups++;
}

/* Room for one more row. */
static void grow(bench *b, size_t rows)
{
	if (rows < b->rows_cap) return;
	b->rows_cap = b->rows_cap * 2 + 1024;
	b->cells = vv_realloc_array(b->cells, b->rows_cap * b->columns, sizeof *b->cells);
	b->back = vv_realloc_array(b->back, b->rows_cap * b->columns, sizeof *b->back);
	if (!b->cells || !b->back) {
		exit(2);
	}
}

/* Mean bytes of the cells of the first rows, for the usual target. */
static uint32_t usual_target(const char *text, size_t len, size_t columns)
{
	size_t sample = len < 65536 ? len : 65536, rows = 0;

	for (size_t i = 0; i < sample; i++) {
		rows += text[i] == '\n';
	}
	return vv_cut_rows_for(rows ? sample : columns, rows ? rows : 1);
}

static void run(bench *b, const char *text, size_t len, uint32_t target)
{
	size_t column = 0, rows = 0;
	vv_cut_params params = {target, &column, 1};
	vv_row row;
	vv_error err;
	vv_cut cut;
	int more;

	vv_scan_window(b->scan, text, len, true, 0);
	vv_cut_init(&cut, &params);
	for (;;) {
		grow(b, rows);
		more = vv_scan_row(b->scan, b->cells + rows * b->columns, b->columns, &row, &err);
		must(more < 0 ? (vv_status)more : VV_OK, &err);
		if (more == 0) {
			break;
		}
		rows++;
		if (vv_cut_row(&cut, b->cells + (rows - 1) * b->columns, b->columns,
			       row.cell_bytes)) {
			measure(b, rows);
			rows = 0;
		}
	}
	if (rows > 0) {
		measure(b, rows);
	}
}

static void print_columns(const bench *b)
{
	static const char *const names[ENCODINGS] = {"const",   "dict", "text",    "integer",
						     "decimal", "date", "datetime"};

	for (size_t c = 0; c < b->columns; c++) {
		printf("column %zu: %llu bytes", c + 1, (unsigned long long)b->column_bytes[c]);
		for (int k = 0; k < ENCODINGS; k++) {
			if (b->column_kinds[c][k] > 0) {
				printf(", %s %llu", names[k],
				       (unsigned long long)b->column_kinds[c][k]);
			}
		}
		printf("\n");
	}
}

int main(int argc, char **argv)
{
	bench b;
	vv_dialect dialect;
	vv_error err;
	const char *body;
	double cells;
	uint32_t target;

	if (argc < 2) {
		(void)fprintf(stderr, "usage: codec_bench FILE.csv [ROWS [TIMES]]\n");
		return 2;
	}
	memset(&b, 0, sizeof b);
	b.times = argc > 3 ? (unsigned)atoi(argv[3]) : 3;
	must(vv_read_file(&b.file, argv[1], FILE_MAX, &err), &err);
	body = memchr(b.file.data, '\n', b.file.len);
	if (!body) return 2;
	body++;
	b.columns = 1;
	for (const char *p = b.file.data; p < body; p++) {
		b.columns += *p == ',';
	}
	vv_dialect_init(&dialect);
	must(vv_scan_new(&b.scan, &dialect, b.columns, NULL, NULL, &err), &err);
	b.encoder = vv_group_encoder_new();
	b.column_bytes = vv_calloc(b.columns, sizeof *b.column_bytes);
	b.column_kinds = vv_calloc(b.columns, sizeof *b.column_kinds);
	if (!b.encoder || !b.column_bytes || !b.column_kinds) return 2;
	target = argc > 2 ? (uint32_t)atoi(argv[2]) : 0;
	if (target == 0) {
		target = usual_target(body, b.file.len - (size_t)(body - b.file.data), b.columns);
	}
	run(&b, body, b.file.len - (size_t)(body - b.file.data), target);
	if (getenv("VARVE_COLUMNS")) {
		print_columns(&b);
	}
	cells = (double)b.rows * (double)b.columns;
	printf("%llu rows, %zu columns, %llu groups of %.0f rows: %.1f MB of CSV, %.1f MB encoded (%.1f %%); "
	       "encode %.2f ns/cell, %.0f MB/s; decode %.2f ns/cell, %.0f MB/s\n",
	       (unsigned long long)b.rows, b.columns, (unsigned long long)b.groups,
	       (double)b.rows / (double)b.groups, (double)b.file.len / 1e6, (double)b.raw / 1e6,
	       100.0 * (double)b.raw / (double)b.file.len, b.encode_ns / cells,
	       (double)b.file.len * 1e3 / b.encode_ns, b.decode_ns / cells,
	       (double)b.file.len * 1e3 / b.decode_ns);
	vv_scan_free(b.scan);
	vv_group_encoder_free(b.encoder);
	vv_arena_clear(&b.arena);
	vv_buf_clear(&b.file);
	vv_buf_clear(&b.block);
	vv_free(b.cells);
	vv_free(b.back);
	vv_free(b.column_bytes);
	vv_free(b.column_kinds);
	return 0;
}
