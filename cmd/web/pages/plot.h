/*
 * plot: lines and bars over versions as SVG, which needs neither script nor style in the page.
 */
#ifndef VV_CMD_WEB_PAGES_PLOT_H
#define VV_CMD_WEB_PAGES_PLOT_H

#include "cmd/web/pages/page.h"

/* x: any order of time that grows to the right; y: any number. words: its tooltip. */
typedef struct vv_plot_point {
	int64_t x;
	double y;
	const char *words;
} vv_plot_point;

/* Rows of a table over time, as many points as its line has; NULL: no line. */
const vv_plot_point *vv_plot_rows(vv_page *p, const vv_web_dataset *d);

typedef struct vv_plot {
	const char *title, *words; /* words: the text alternative */
	bool from_zero, percent;
	bool whole;      /* counts: no lines between two whole numbers */
	const char *end; /* of bars that are a scale: where the last one ends */
} vv_plot;

/* A stepped line through points, which are in order of x, with axes: a value is valid until the next point.
 * Draws nothing for less than two. */
void vv_plot_line(vv_page *p, const vv_plot *o, const vv_plot_point *points, size_t count);

/* A small line in steps, without axes, of 110 by 26. */
void vv_plot_spark(vv_page *p, vv_html *h, const char *words, const vv_plot_point *points,
		   size_t count);

/* One above the other, in this order, from below. */
#define VV_PLOT_STACK 3u
typedef struct vv_plot_bar {
	double parts[VV_PLOT_STACK];
	const char *label; /* below it, if there is room */
	const char *words;
} vv_plot_bar;
/* kinds: what each part is called in the style sheet. */
void vv_plot_bars(vv_page *p, const vv_plot *o, const char *const kinds[VV_PLOT_STACK],
		  const vv_plot_bar *bars, size_t count);

/* Says what a scale leaves out: "Mean (1 value outside of the scale: 2 to 900 in all)". */
const char *vv_plot_title(vv_page *p, const char *title, uint64_t outside, const char *least,
			  const char *greatest);
/* "1,204", "0.52": for axes and tables. */
const char *vv_plot_number(vv_page *p, double y);
/* The digits of a number as it is written, in threes; what is written in another way stays. */
const char *vv_plot_grouped(vv_page *p, const char *text);

#endif
