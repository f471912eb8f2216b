import { lsblk } from 'drivelist/js/lsblk/index.js';
import { list } from 'drivelist';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
const e=promisify(execFile);
for (let i=0;i<4;i++){
 let t=performance.now(); await e('lsblk',['--bytes','--all','--json','--paths','--output-all']); console.log('exec lsblk',(performance.now()-t).toFixed(1));
 t=performance.now(); await lsblk(); console.log('drivelist lsblk',(performance.now()-t).toFixed(1));
 t=performance.now(); await list(); console.log('drivelist',(performance.now()-t).toFixed(1));
}
