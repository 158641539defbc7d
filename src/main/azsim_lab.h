/* "azsim guest-lab STATE_DIR SOCKET": guests by hand, for tests and for finding out what a node
 * script does. */
#ifndef MAIN_AZSIM_LAB_H
#define MAIN_AZSIM_LAB_H

int lab_main(int argc,
	     char **argv); /* guest-lab STATE_DIR SOCKET; commands on stdin, events on stdout */
int lab_dial_main(int argc,
		  char **argv); /* guest-dial SOCKET ADDRESS PORT: a ProxyCommand for ssh */

#endif
