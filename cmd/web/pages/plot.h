/*
 * plot: draws lines and bars as SVG, which needs no script and no style attributes in the page.
 *
 * Returned texts are valid as long as the page.
 */
#ifndef VV_CMD_WEB_PAGES_PLOT_H
#define VV_CMD_WEB_PAGES_PLOT_H

#include "cmd/web/pages/page.h"

/* A point of a line. */
typedef struct vv_plot_point {
	int64_t x; /* ascending: seconds since 1970; for vv_plot_spark, any number */
	double y;
	const char *words; /* the tooltip */
} vv_plot_point;

/* Returns the numbers of rows of a table over time, as an array of d->line_count points, or NULL if
 * the table has no line to draw. */
const vv_plot_point *vv_plot_rows(vv_page *p, const vv_web_dataset *d);

/* How a drawing is made. */
typedef struct vv_plot {
	const char *title, *words; /* words: the text alternative to the drawing */
	/* for vv_plot_line; bars begin at 0, and have a scale of integers */
	bool from_zero,  /* the scale begins at 0 */
		percent; /* values are shares, and are written in percent */
	bool whole;      /* values are integers, so the scale has only integers */
	/* for a histogram: the label at the end of the last bar; else NULL */
	const char *end;
} vv_plot;

/* Draws a stepped line with axes into p->html: the value of a point is drawn up to the next point.
 * Draws nothing if count is less than 2. */
void vv_plot_line(vv_page *p, const vv_plot *o, const vv_plot_point *points, size_t count);

/* Draws a small stepped line, without axes, of 110 by 26 units, into h. words: the text
 * alternative. Draws nothing if count is less than 2, or if all values are equal. */
void vv_plot_spark(vv_page *p, vv_html *h, const char *words, const vv_plot_point *points,
		   size_t count);

#define VV_PLOT_STACK 3u /* the number of parts of a bar */
/* A bar, which is a stack of parts. */
typedef struct vv_plot_bar {
	double parts[VV_PLOT_STACK]; /* the heights of the parts, from the bottom to the top */
	const char *label; /* the label below the bar, which is left out if it does not fit */
	const char *words; /* the tooltip */
} vv_plot_bar;
/* Draws count bars with axes into p->html; nothing if count is 0. kinds: for each part of a bar,
 * its class in the style sheet. */
void vv_plot_bars(vv_page *p, const vv_plot *o, const char *const kinds[VV_PLOT_STACK],
		  const vv_plot_bar *bars, size_t count);

/* Returns a title with the number of values that a scale leaves out, such as "Mean (1 value outside
 * of the scale: 2 to 900 in all)". least, greatest: the least and the greatest of all values. If
 * `outside` is 0, returns `title` itself. */
const char *vv_plot_title(vv_page *p, const char *title, uint64_t outside, const char *least,
			  const char *greatest);
/* Returns a number as text, for axes and tables, such as "1,204" or "0.52". */
const char *vv_plot_number(vv_page *p, double y);
/* Returns the text of a decimal number with a comma between groups of three digits, and with the
 * minus sign U+2212. Returns the text unchanged if it is not a decimal number. */
const char *vv_plot_grouped(vv_page *p, const char *text);

#endif
