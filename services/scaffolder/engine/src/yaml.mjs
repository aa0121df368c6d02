// Loaded only when an action writes YAML.
import { stringify } from 'yaml';

globalThis.writeYaml = valueJson => stringify(JSON.parse(valueJson));
