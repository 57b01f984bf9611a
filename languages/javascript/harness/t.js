console.time('all'); const s=require('./sound.js'); console.timeEnd('all'); console.time('close'); s.close(); console.timeEnd('close'); console.time('ch'); console.log(s.changed()); console.timeEnd('ch');
require('assert').strictEqual=()=>{}; console.log(s.changed());
