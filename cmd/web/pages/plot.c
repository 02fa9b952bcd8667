/*
 * plot: computes the positions of points, bars and scale lines. Coordinates are whole units of the
 * picture, which fills its width.
 */
#include "cmd/web/pages/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/show.h"
#include "cmd/web/model/histogram.h"
#include "cmd/web/pages/parts.h"
#include "dataset/schema/value.h"

#define WIDTH 960
#define HEIGHT 240
#define LEFT 64
#define RIGHT 950
#define TOP 12
#define BOTTOM 208
#define LINES 4 /* of the scale, about */
#define DATES 8 /* below a line, at most about */
#define EDGE 40 /* half of a date */

typedef struct scale {
	double from, to, step;
	bool percent;
} scale;

static const char *keep_text(vv_page *p, const vv_buf *b)
{
	p->failed = p->failed || b->failed;
	return vv_page_keep(p, vv_buf_cstr(b));
}

const char *vv_plot_grouped(vv_page *p, const char *text)
{
	const size_t sign = *text == '-', digits = strspn(text + sign, "0123456789");
	const char *rest = text + sign + digits;
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (digits == 0 || (*rest != '\0' && *rest != '.') || (digits > 1 && text[sign] == '0')) {
		return text;
	}
	vv_buf_puts(&b, sign ? "\u2212" : "");
	for (size_t i = digits; i > 0; i--) {
		vv_buf_putc(&b, rest[-(ptrdiff_t)i]);
		vv_buf_puts(&b, i > 1 && i % 3 == 1 ? "," : "");
	}
	vv_buf_puts(&b, rest);
	return keep_text(p, &b);
}

const char *vv_plot_number(vv_page *p, double y)
{
	const double size = fabs(y);

	const char *text;

	if (size >= 1e15 || isnan(y)) {
		text = vv_page_text(p, "%.4g", y);
	} else if (floor(y) == y) {
		text = vv_page_text(p, "%.0f", y);
	} else if (size >= 1000) {
		text = vv_page_text(p, "%.1f", y);
	} else {
		text = vv_page_text(p, size >= 0.1 ? "%.4g" : "%.3g", y);
	}
	return vv_plot_grouped(p, text);
}

/* Round numbers from at most the least to at least the greatest. */
static scale scale_of(double least, double greatest, const vv_plot *o)
{
	scale s = {.percent = o->percent};

	if (o->from_zero && least > 0) {
		least = 0;
	}
	if (greatest <= least) {
		greatest = least + (o->percent ? 0.01 : 1);
	}
	double span = (greatest - least) / LINES;
	double power = pow(10, floor(log10(span)));
	if (span / power <= 1) {
		s.step = power;
	} else if (span / power <= 2) {
		s.step = 2 * power;
	} else if (span / power <= 5) {
		s.step = 5 * power;
	} else {
		s.step = 10 * power;
	}
	if (o->whole && s.step < 1) {
		s.step = 1;
	}
	s.from = floor(least / s.step + 1e-9) * s.step;
	s.to = ceil(greatest / s.step - 1e-9) * s.step;
	return s;
}

/* Values beyond the scale are drawn at its edge. */
static int64_t height_of(const scale *s, double y)
{
	if (y < s->from) {
		y = s->from;
	} else if (y > s->to) {
		y = s->to;
	}
	return BOTTOM - (int64_t)lround((y - s->from) / (s->to - s->from) * (BOTTOM - TOP));
}

static void put_scale(vv_page *p, const scale *s)
{
	for (int i = 0; i <= 2 * LINES + 2; i++) {
		double y = s->from + i * s->step;
		if (y > s->to + s->step / 2) {
			break;
		}
		y = fabs(y) < s->step / 1e6 ? 0 : y;
		if (i == 0) {
			part_plot_axis(&p->html, .x1 = LEFT, .x2 = RIGHT, .y = height_of(s, y));
		} else {
			part_plot_grid(&p->html, .x1 = LEFT, .x2 = RIGHT, .y = height_of(s, y));
		}
		part_plot_text(&p->html, .x = LEFT - 8, .y = height_of(s, y) + 4, .anchor = "end",
			       .text = s->percent ? vv_page_text(p, "%.3g %%", 100 * y)
						  : vv_plot_number(p, y));
	}
}

static int64_t place_of(const vv_plot_point *points, size_t count, size_t i, int64_t from,
			int64_t to)
{
	int64_t first = points[0].x, last = points[count - 1].x;
	double share = last > first ? (double)(points[i].x - first) / (double)(last - first)
				    : (double)i / (double)(count - 1);

	return from + (int64_t)lround(share * (double)(to - from));
}

const char *vv_plot_title(vv_page *p, const char *title, uint64_t outside, const char *least,
			  const char *greatest)
{
	return outside == 0
		       ? title
		       : vv_page_text(p, "%s (%s outside of the scale: %s to %s in all)", title,
				      vv_text_counted(outside, "value", NULL), least, greatest);
}

/* The title, with the count of these numbers that are outside of a scale from *least to *greatest. */
static const char *bound_scale(vv_page *p, const vv_plot *o, vv_web_number *ys, size_t count,
			       double *least, double *greatest)
{
	const uint64_t outside = vv_web_numbers_scale(ys, count, least, greatest);

	if (o->end) {
		*greatest = ys[count - 1].at;
		return o->title;
	}
	return vv_plot_title(p, o->title, outside, vv_plot_number(p, ys[0].at),
			     vv_plot_number(p, ys[count - 1].at));
}

static vv_web_number *numbers_for(vv_page *p, size_t count)
{
	vv_web_number *ys = vv_arena_calloc(&p->arena, count, sizeof(*ys));

	p->failed = p->failed || !ys;
	return ys;
}

/* Draws from the height before, valid up to here, up or down to y. */
static void put_step(vv_buf *line, int64_t x, const int64_t *before, int64_t y)
{
	if (before) {
		vv_buf_printf(line, " %lld,%lld ", (long long)x, (long long)*before);
	}
	vv_buf_printf(line, "%lld,%lld", (long long)x, (long long)y);
}

static void put_date(vv_page *p, int64_t from, int64_t to, int64_t t, const char *text)
{
	int64_t x = LEFT +
		    (int64_t)lround((double)(t - from) / (double)(to - from) * (RIGHT - LEFT));

	part_plot_mark(&p->html, .x = x, .y1 = BOTTOM, .y2 = BOTTOM + 5);
	part_plot_text(&p->html, .x = x, .y = HEIGHT - 10,
		       .anchor = x > RIGHT - EDGE ? "end" : "middle", .text = text);
}

/* Below the line: days, the first of months or of years, whichever are few; the ends of a time that has none. */
static void put_dates(vv_page *p, int64_t from, int64_t to)
{
	static const int days[] = {1, 2, 7, 14}, months[] = {1, 3, 6, 12, 24, 60, 120, 600};
	const int64_t day = 24 * 3600, span = to - from;
	size_t i = 0, k = 0;
	time_t begin = (time_t)from;
	struct tm tm;

	while (i < 4 && span / (days[i] * day) > DATES) {
		i++;
	}
	while (i == 4 && k < 7 && span / (months[k] * 30 * day) > DATES) {
		k++;
	}
	if (span < 2 * day || !gmtime_r(&begin, &tm)) {
		put_date(p, 0, 1, 0, vv_page_day(p, &(vv_web_commit){.time = from}));
		put_date(p, 0, 1, 1, vv_page_day(p, &(vv_web_commit){.time = to}));
		return;
	}
	for (int64_t t = from - from % (days[i % 4] * day); i < 4 && t <= to; t += days[i] * day) {
		if (t >= from) {
			put_date(p, from, to, t, vv_page_day(p, &(vv_web_commit){.time = t}));
		}
	}
	for (int m = (tm.tm_year + 1900) * 12 + tm.tm_mon; i == 4; m++) {
		int64_t t = vv_value_days(m / 12, (unsigned)(m % 12) + 1, 1) * day;

		if (t > to) {
			break;
		}
		if (t >= from && m % months[k] == 0) {
			put_date(p, from, to, t,
				 months[k] % 12 == 0 ? vv_page_text(p, "%d", m / 12)
						     : vv_page_day(p, &(vv_web_commit){.time = t}) +
							       strlen("1 "));
		}
	}
}

const vv_plot_point *vv_plot_rows(vv_page *p, const vv_web_dataset *d)
{
	vv_plot_point *points = d->line_count > 1
					? vv_arena_calloc(&p->arena, d->line_count, sizeof(*points))
					: NULL;

	for (size_t i = 0; points && i < d->line_count; i++) {
		const vv_web_rows_then *then = &d->line[i];

		points[i] = (vv_plot_point){
			then->time, (double)then->rows,
			vv_page_text(p, "%s: %s",
				     vv_page_day(p, &(vv_web_commit){.time = then->time}),
				     vv_text_counted(then->rows, "row", NULL))};
	}
	return points;
}

void vv_plot_line(vv_page *p, const vv_plot *o, const vv_plot_point *points, size_t count)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;
	int64_t before = 0;
	double least, greatest;

	if (count < 2) return;
	vv_web_number *ys = numbers_for(p, count);
	if (!ys) return;
	for (size_t i = 0; i < count; i++) {
		ys[i] = (vv_web_number){points[i].y, 1};
	}
	const char *title = bound_scale(p, o, ys, count, &least, &greatest);
	scale s = scale_of(least, greatest, o);
	part_plot_begin(&p->html, .title = title, .width = WIDTH, .height = HEIGHT,
			.words = o->words);
	put_scale(p, &s);
	for (size_t i = 0; i < count; i++) {
		int64_t y = height_of(&s, points[i].y);

		put_step(&line, place_of(points, count, i, LEFT, RIGHT), i ? &before : NULL, y);
		before = y;
	}
	part_plot_line(&p->html, .points = keep_text(p, &line));
	for (size_t i = 0; i < count; i++) {
		part_plot_dot(&p->html, .x = place_of(points, count, i, LEFT, RIGHT),
			      .y = height_of(&s, points[i].y), .words = points[i].words);
	}
	put_dates(p, points[0].x, points[count - 1].x);
	part_plot_end(&p->html);
}

void vv_plot_spark(vv_page *p, vv_html *h, const char *words, const vv_plot_point *points,
		   size_t count)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;
	int64_t before = 0;
	double least, greatest;

	if (count < 2) return;
	least = greatest = points[0].y;
	vv_array_each(points, count, it) {
		least = it->y < least ? it->y : least;
		greatest = it->y > greatest ? it->y : greatest;
	}
	if (!(greatest > least)) {
		return; /* a line without information */
	}
	for (size_t i = 0; i < count; i++) {
		double share = (points[i].y - least) / (greatest - least);
		int64_t y = 24 - lround(share * 22);

		put_step(&line, place_of(points, count, i, 1, 109), i ? &before : NULL, y);
		before = y;
	}
	part_spark_begin(h, .words = words);
	part_plot_line(h, .points = keep_text(p, &line));
	part_spark_end(h);
}

static double bar_sum(const vv_plot_bar *b)
{
	double all = 0;

	vv_array_each(b->parts, VV_PLOT_STACK, part) {
		all += *part;
	}
	return all;
}

/* Puts a label below a bar if it fits: its name, or, on a scale, its start; and the end of the last one. */
static void put_bar_label(vv_page *p, const vv_plot *o, const vv_plot_bar *bars, size_t i,
			  size_t count, int64_t from, int64_t to, double width)
{
	bool last = i > 0 && i == count - 1, ranged = o->end != NULL, narrow = width < 60;
	bool room = to + 60 < WIDTH; /* right of the bars */

	if (bars[i].label &&
	    (i == 0 || (!narrow && !(last && ranged && !room)) || (last && !ranged))) {
		part_plot_text(&p->html, .x = last && narrow ? to : from, .y = HEIGHT - 10,
			       .anchor = last && narrow ? "end" : "start", .text = bars[i].label);
	}
	if (ranged && i == count - 1) {
		part_plot_text(&p->html, .x = to, .y = HEIGHT - 10,
			       .anchor = room && !narrow ? "start" : "end", .text = o->end);
	}
}

void vv_plot_bars(vv_page *p, const vv_plot *o, const char *const kinds[VV_PLOT_STACK],
		  const vv_plot_bar *bars, size_t count)
{
	vv_web_number *ys = count > 0 ? numbers_for(p, count) : NULL;
	double least, most;

	if (!ys) return;
	for (size_t i = 0; i < count; i++) {
		ys[i] = (vv_web_number){bar_sum(&bars[i]), 1};
	}
	const char *title = bound_scale(p, o, ys, count, &least, &most);
	scale s = scale_of(0, most, &(vv_plot){.from_zero = true, .whole = true});
	double width = (double)(RIGHT - LEFT) / (double)count;
	width = width > 90 ? 90 : width;
	part_plot_begin(&p->html, .title = title, .width = WIDTH, .height = HEIGHT,
			.words = o->words);
	put_scale(p, &s);
	for (size_t i = 0; i < count; i++) {
		int64_t from = LEFT + (int64_t)lround((double)i * width),
			to = LEFT + (int64_t)lround((double)(i + 1) * width) - (width > 4 ? 2 : 0);
		double below = 0;
		for (size_t k = 0; k < VV_PLOT_STACK; k++) {
			int64_t y = height_of(&s, below + bars[i].parts[k]);
			int64_t high = height_of(&s, below) - y;
			int64_t wide = to > from ? to - from : 1;

			if (!high) { /* one pixel at least */
				high = 1;
				y--;
			}

			if (bars[i].parts[k] > 0) {
				part_plot_bar(&p->html, .kind = kinds[k], .x = from, .y = y,
					      .width = wide, .height = high,
					      .words = bars[i].words);
			}
			below += bars[i].parts[k];
		}
		put_bar_label(p, o, bars, i, count, from, to, width);
	}
	part_plot_end(&p->html);
}
